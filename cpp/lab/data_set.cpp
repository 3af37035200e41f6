#include "lab/data_set.h"

#include <cmath>
#include <numeric>

#include "lab/random.h"

namespace lab {

namespace {

using batchnorm::refuse;

constexpr double pi = 3.14159265358979323846;
constexpr Index glyph_side = 8;

/// Ten digits, eight rows each, a bit a value.
constexpr unsigned char glyphs[10][glyph_side] = {
    {0x3c, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x3c}, {0x18, 0x38, 0x18, 0x18, 0x18, 0x18, 0x18, 0x3c},
    {0x3c, 0x66, 0x06, 0x0c, 0x18, 0x30, 0x60, 0x7e}, {0x3c, 0x66, 0x06, 0x1c, 0x06, 0x06, 0x66, 0x3c},
    {0x0c, 0x1c, 0x2c, 0x4c, 0x7e, 0x0c, 0x0c, 0x0c}, {0x7e, 0x60, 0x60, 0x7c, 0x06, 0x06, 0x66, 0x3c},
    {0x3c, 0x60, 0x60, 0x7c, 0x66, 0x66, 0x66, 0x3c}, {0x7e, 0x06, 0x06, 0x0c, 0x18, 0x18, 0x18, 0x18},
    {0x3c, 0x66, 0x66, 0x3c, 0x66, 0x66, 0x66, 0x3c}, {0x3c, 0x66, 0x66, 0x3e, 0x06, 0x06, 0x0c, 0x38},
};

Index classes_of(Shape shape) {
  return shape == Shape::blobs ? 4 : shape == Shape::glyphs ? 10 : 2;
}

/// One example of a class, without noise.
void place(Shape shape, int label, Random& random, double* x) {
  switch (shape) {
    case Shape::spirals: {
      const double t = 0.1 + 0.9 * random.uniform();
      const double angle = 2 * pi * t + pi * label;
      x[0] = 2 * t * std::cos(angle);
      x[1] = 2 * t * std::sin(angle);
      break;
    }
    case Shape::moons: {
      const double angle = pi * random.uniform();
      x[0] = label == 0 ? std::cos(angle) : 1 - std::cos(angle);
      x[1] = label == 0 ? std::sin(angle) : 0.5 - std::sin(angle);
      break;
    }
    case Shape::circles: {
      const double angle = 2 * pi * random.uniform(), radius = label == 0 ? 0.5 : 1.5;
      x[0] = radius * std::cos(angle);
      x[1] = radius * std::sin(angle);
      break;
    }
    case Shape::blobs:
      x[0] = label % 2 == 0 ? -1 : 1;
      x[1] = label < 2 ? -1 : 1;
      break;
    case Shape::glyphs:
      for (Index k = 0; k < glyph_side * glyph_side; ++k)
        x[k] = (glyphs[label][k / glyph_side] >> (glyph_side - 1 - k % glyph_side)) & 1;
      break;
  }
}

}  // namespace

DataSet data_set(Shape shape, Index examples, double noise, double flipped, std::uint64_t seed) {
  if (examples < 2 || examples > 10000) refuse("examples", "2 to 10000 examples", examples);
  if (!(noise >= 0)) refuse("noise", "a number >= 0", noise);
  if (!(flipped >= 0 && flipped <= 1)) refuse("flipped", "a share from 0 to 1", flipped);
  const Index classes = classes_of(shape);
  const Index inputs = shape == Shape::glyphs ? glyph_side * glyph_side : 2;
  DataSet data{Matrix(examples, inputs), std::vector<int>(static_cast<std::size_t>(examples)), classes};
  Random random(seed);
  for (Index i = 0; i < examples; ++i) {
    int label = static_cast<int>(i % classes);
    place(shape, label, random, data.x.row(i).data());
    for (Index k = 0; k < inputs; ++k) data.x(i, k) += noise * random.normal();
    if (random.uniform() < flipped) label = static_cast<int>(random.uniform() * static_cast<double>(classes));
    data.labels[static_cast<std::size_t>(i)] = label;
  }
  return data;
}

Batches::Batches(Index examples, Index size, std::uint64_t seed) : size_(size), per_epoch_(0), seed_(seed) {
  if (size < 1 || size > examples)
    refuse("size", "1 to " + batchnorm::in_words(examples) + " examples", size);
  per_epoch_ = examples / size;
  order_.resize(static_cast<std::size_t>(examples));
}

std::vector<Index> Batches::rows(int step) {
  if (step / per_epoch_ != epoch_) {
    epoch_ = step / per_epoch_;
    std::iota(order_.begin(), order_.end(), Index{0});
    // The Fisher-Yates shuffle, with a random stream of its own for each epoch.
    Random random(seed_ ^ (0x5851f42d4c957f2du * static_cast<std::uint64_t>(epoch_ + 1)));
    for (std::size_t k = order_.size() - 1; k > 0; --k)
      std::swap(order_[k], order_[static_cast<std::size_t>(random.uniform() * static_cast<double>(k + 1))]);
  }
  const auto first = order_.begin() + step % per_epoch_ * size_;
  return {first, first + size_};
}

std::vector<Index> batch_rows(Index examples, Index size, int step, std::uint64_t seed) {
  return Batches(examples, size, seed).rows(step);
}

DataSet rows_of(const DataSet& data, const std::vector<Index>& rows) {
  DataSet chosen{Matrix(static_cast<Index>(rows.size()), data.x.cols()), std::vector<int>(rows.size()),
                 data.classes};
  for (std::size_t k = 0; k < rows.size(); ++k) {
    chosen.x.row(static_cast<Index>(k)) = data.x.row(rows[k]);
    chosen.labels[k] = data.labels[static_cast<std::size_t>(rows[k])];
  }
  return chosen;
}

}  // namespace lab
