#include "programs/batches.h"

#include <algorithm>
#include <cmath>

#include "lab/random.h"

namespace programs {

namespace {

struct Traits {
  Index examples, channels;
  double offset;  ///< of x, in its deviations
  double eps;
  bool constant;  ///< the first feature
};

Index between(lab::Random& random, Index least, Index most) {
  return least + static_cast<Index>(random.uniform() * static_cast<double>(most - least + 1));
}

Traits traits_of(const TaskKind& kind, int number, lab::Random& random) {
  if (number == 0) return {5, 3, 0.5, 0.3, false};
  if (number == 1) return {4, 4, 0.5, 0.3, false};
  const bool large = number % 20 == 19;
  Traits traits{large ? between(random, 24, 64) : between(random, 2, 9),
                large ? between(random, 5, 8) : between(random, 1, 5), 0.7, 1e-5, false};
  constexpr double sizes[] = {1e-5, 1e-3, 0, 1, 1e-8, 0.1};
  traits.eps = sizes[number % 6];
  if (number % 9 == 4 && !kind.single) traits.offset = 1e4;
  if (number % 10 == 7 && traits.eps > 0 && traits.offset < 1) traits.constant = true;
  // Two equal values and no eps leave nothing to divide by.
  if (traits.eps == 0) traits.examples = std::max<Index>(traits.examples, 3);
  if (kind.family == Family::layer)
    traits.channels = std::max<Index>(traits.channels, traits.eps == 0 ? 3 : 2);
  if (kind.unbiased) traits.examples = std::max<Index>(traits.examples, 2);
  return traits;
}

/// Away from 0 and 1, which hide what a factor does.
double factor(lab::Random& random) {
  const double size = 0.3 + 0.5 * random.uniform() + (random.uniform() < 0.5 ? 0.9 : 0);
  return random.uniform() < 0.3 ? -size : size;
}

Array filled(const std::string& name, const Shape& shape, const Traits& traits, const TaskKind& kind,
             lab::Random& random) {
  Array array = make_array(shape, Type::float64);
  std::vector<double>& values = *array.numbers;
  const bool positive = name.find("var") != std::string::npos;
  for (double& value : values) {
    value = name == "gamma" || name == "beta" ? factor(random)
            : positive                        ? 0.4 + 2 * random.uniform()
                                              : random.normal();
  }
  if (name != "x") return array;
  // Each channel has a spread and an offset of its own.
  const Index channels = shape[1], inner = array.size() / (shape[0] * channels);
  for (Index c = 0; c < channels; ++c) {
    const double spread = 0.5 + 2 * random.uniform();
    const double offset = traits.offset * (1 + random.uniform()) * spread * (kind.single ? 400 : 1);
    for (Index i = 0; i < shape[0]; ++i) {
      for (Index k = 0; k < inner; ++k) {
        double& value = values[static_cast<std::size_t>((i * channels + c) * inner + k)];
        value = traits.constant && c == 0 ? offset : offset + spread * value;
        // An example that is the same everywhere is layer norm's constant.
        if (traits.constant && kind.family == Family::layer && i == 0) value = traits.offset;
      }
    }
  }
  return kind.single ? converted(array, Type::float32) : array;
}

const Array& array_in(const Names& inputs, const std::string& name) {
  return *inputs.at(name).as<Array>();
}

/// Without the last position of one letter's axes.
Names without_last(const TaskKind& kind, const Names& inputs, char letter) {
  Names fewer = inputs;
  for (const Operand& operand : kind.inputs) {
    const std::size_t axis = operand.axes.find(letter);
    if (axis == std::string::npos) continue;
    std::vector<Subscript> index(operand.axes.size(), Subscript{Subscript::Kind::slice});
    index[axis].has_stop = true;
    index[axis].stop = -1;
    fewer[operand.name] = {copy(part(array_in(inputs, operand.name), index))};
  }
  return fewer;
}

/// Simpler numbers for one operand, simplest first: whole numbers, one digit behind the point. x may move
/// toward 0 as a whole; what multiplies or divides does not become 0.
std::vector<Array> simpler(const std::string& name, const Array& array) {
  std::vector<Array> all;
  if (array.type == Type::int64 || name == "momentum") return all;
  const bool may_be_zero =
      name == "x" || name == "dy" || name == "eps" || name.find("mean") != std::string::npos;
  const auto with = [&](const std::function<double(double)>& change) {
    Array changed = copy(array);
    bool allowed = true;
    for (double& value : *changed.numbers) {
      value = change(value);
      allowed = allowed && (may_be_zero || value != 0);
    }
    if (allowed && changed.values() != array.values()) all.push_back(changed);
  };
  const double offset = std::round(array.first());
  if (name == "x" && std::abs(offset) > 9) with([=](double value) { return value - offset; });
  with([](double value) { return std::round(value); });
  with([](double value) { return value >= 0 ? std::ceil(value) : std::floor(value); });
  with([](double value) { return std::round(value * 10) / 10; });
  return all;
}

}  // namespace

Names batch(const TaskKind& kind, int number) {
  lab::Random random(static_cast<std::uint64_t>(number) + 1000);
  const Traits traits = traits_of(kind, number, random);
  const bool is_large = traits.examples > 9;
  const Index height = number == 0 ? 2 : between(random, 1, 3),
              width = number == 0 ? 4 : between(random, 1, 4);
  const Index examples =
      kind.family == Family::images ? std::min<Index>(traits.examples, number == 0 ? 3 : 6) : traits.examples;
  const std::map<char, Index> letters{{'N', examples},
                                      {'C', traits.channels},
                                      {'H', height},
                                      {'W', width},
                                      {'I', is_large      ? 16
                                            : number == 1 ? 4
                                                          : 2 + number % 4}};
  constexpr double momenta[] = {0.9, 0.8, 0.99, 0.7};
  Names inputs;
  for (const Operand& operand : kind.inputs) {
    Array array;
    if (operand.name == "eps") {
      array = python_number(traits.eps, Type::float64);
    } else if (operand.name == "momentum") {
      array = python_number(kind.unbiased ? 1 - momenta[number % 4] : momenta[number % 4], Type::float64);
    } else if (operand.name == "m_a" || operand.name == "m_b") {
      array = python_number(
          static_cast<double>(operand.name == "m_a" ? 3 + number % 5 : 1 + (number * 7) % 11), Type::int64);
    } else {
      Shape shape;
      for (const char letter : operand.axes) shape.push_back(letters.at(letter));
      array = filled(operand.name, shape, traits, kind, random);
    }
    inputs[operand.name] = {array};
  }
  return inputs;
}

Names shrunk(const TaskKind& kind, Names inputs, const std::function<bool(const Names&)>& accept,
             int most_trials) {
  int trials = 0;
  const auto take = [&](const Names& candidate) {
    if (trials >= most_trials) return false;
    ++trials;
    if (!accept(candidate)) return false;
    inputs = candidate;
    return true;
  };
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    for (const char letter : {'C', 'N', 'H', 'W', 'I'}) {
      const auto size = [&] {
        const std::map<char, Index> all = sizes(kind, inputs);
        const auto found = all.find(letter);
        return found == all.end() ? Index{1} : found->second;
      };
      while (size() > (letter == 'N' ? 2 : 1) && take(without_last(kind, inputs, letter))) goes_on = true;
    }
    for (const Operand& operand : kind.inputs) {
      for (const Array& array : simpler(operand.name, array_in(inputs, operand.name))) {
        Names candidate = inputs;
        Array changed = array;
        changed.is_python = array_in(inputs, operand.name).is_python;
        candidate[operand.name] = {changed};
        if (take(candidate)) {
          goes_on = true;
          break;
        }
      }
    }
  }
  return inputs;
}

}  // namespace programs
