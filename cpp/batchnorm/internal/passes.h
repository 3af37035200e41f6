#pragma once
// How the passes traverse a tensor: a SIMD vector at a time, in the order of memory. Scalar is the type of
// the data, float or double, and Lane that of the arithmetic: double, or float for floats. forward.cpp,
// backward.cpp and moments.cpp say what is done with the values.
//
// Two traversals serve every layout. Where a channel's values are contiguous in long planes (inner is large),
// each plane is read from its start to its end. Elsewhere the tensor is a matrix whose rows hold all
// channels: a column belongs to one channel, and a strip of columns is read downwards, a block of rows at a
// time.

#include <algorithm>

#include "batchnorm/internal/lanes.h"
#include "batchnorm/moments.h"

namespace batchnorm::passes {

/// A part of the tensor with one traversal and one set of states. A state is what is accumulated for one
/// column, or for one channel's planes; every state belongs to one channel.
struct Part {
  Index offset;  ///< of its first value
  bool along_planes;
  Index outer, channels, inner;  ///< of the part as a tensor of its own
  Index rows, columns;           ///< as a matrix, where it is not traversed along planes

  Index states() const { return along_planes ? channels : columns; }
  Index values_of_state() const { return along_planes ? outer * inner : rows; }
};

/// One part, or two where the number of rows leaves a remainder; none where there are no values.
struct Parts {
  Part parts[2];
  int count;

  const Part* begin() const { return parts; }
  const Part* end() const { return parts + count; }
};
Parts parts_of(const Layout& layout);

/// visit(state, its channel) for every state.
template <typename Visit>
void for_each_state(const Part& part, const Visit& visit) {
  // Loops in place of state / repeats: for a small batch the divisions would take as long as all the rest.
  const Index repeats = part.along_planes ? 1 : part.inner;
  for (Index first = 0; first < part.states(); first += part.channels * repeats) {
    if (repeats == 1) {  // the usual case, in a loop that the compiler can vectorize
      for (Index channel = 0; channel < part.channels; ++channel) visit(first + channel, channel);
      continue;
    }
    for (Index channel = 0, state = first; channel < part.channels; ++channel) {
      for (Index k = 0; k < repeats; ++k) visit(state++, channel);
    }
  }
}

/// Several quantities, a row each, in one allocation: more of them would take longer than a small batch.
template <typename Lane, int rows>
using Rows = Eigen::Array<Lane, rows, Eigen::Dynamic, Eigen::RowMajor>;

/// strip(column, zero) for every strip of columns: the longest first, single columns last; zero has the
/// strip's type.
template <typename Lane, typename Longest = LanesOf<Lane>, typename Strip>
void for_each_strip(Index columns, const Strip& strip) {
  Index column = 0;
  for (; column + width<Longest> <= columns; column += width<Longest>) strip(column, Longest{});
  if constexpr (std::is_same_v<Lane, float>) {
    for (; column + width<FloatQuad> <= columns; column += width<FloatQuad>) strip(column, FloatQuad{});
  }
  for (; column < columns; ++column) strip(column, Lane{});
}

/// Adds what was accumulated for each state to its channel.
inline void add_to_channels(const Part& part, const double* of_states, double* of_channels) {
  if (part.states() == part.channels) {
    for_each_strip<double>(part.channels, [&](Index channel, auto zero) {
      using V = decltype(zero);
      store(of_channels + channel, load<V>(of_channels + channel) + load<V>(of_states + channel));
    });
    return;
  }
  for_each_state(part, [&](Index state, Index channel) { of_channels[channel] += of_states[state]; });
}

/// work(channel, values...) for all channels, a vector of them at a time, with their values of `arrays`.
template <typename Work, typename... Arrays>
void for_channels(Index channels, const Work& work, const Arrays&... arrays) {
  // By pointers: the compiler has to assume that `work` may write to an array's own pointer to its values.
  const auto with_values_of = [&](const auto*... first) {
    for_each_strip<double>(
        channels, [&](Index channel, auto zero) { work(channel, load<decltype(zero)>(first + channel)...); });
  };
  with_values_of(arrays.data()...);
}

/// The quantities of the channels, one a row, spread to the states. Refers to them without a copy where
/// states and channels are the same.
template <typename Lane, int rows>
class OfStates {
 public:
  OfStates(const Part& part, const Rows<Lane, rows>& of_channels)
      : first_(of_channels.data()), states_(part.states()) {
    if (states_ == part.channels) return;
    spread_.resize(rows, states_);
    for_each_state(part, [&](Index state, Index channel) { spread_.col(state) = of_channels.col(channel); });
    first_ = spread_.data();
  }
  OfStates(const OfStates&) = delete;  // it may point into itself
  OfStates& operator=(const OfStates&) = delete;

  const Lane* row(Index number) const { return first_ + number * states_; }

 private:
  const Lane* first_;
  Index states_;
  Rows<Lane, rows> spread_;
};

/// The longest piece of a plane: it stays in the L1 cache while it is read twice.
inline constexpr Index longest_piece = 2048;
/// Few enough rows not to evict each other from the L1 cache; for floats, as many as a short sum has values.
template <typename Lane>
inline constexpr Index rows_of_tile = std::is_same_v<Lane, float> ? 16 : 8;

/// Whether the rows of `tensors` tensors of this size come from memory and are no longer than `longest`
/// bytes: they are passed one after the other then, as a processor fetches ahead along one stream in each
/// page. Other rows are passed a few at a time, so that what belongs to their columns is loaded less often.
template <typename Scalar>
bool is_by_rows(const Part& part, Index tensors, Index longest) {
  constexpr auto bytes = static_cast<Index>(sizeof(Scalar));
  constexpr Index cached = (12 << 20) / bytes;
  return part.columns <= longest / bytes && part.rows > cached / (part.columns * tensors);
}
inline constexpr Index page_bytes = 4096;

/// How many values are added before the rounding error is compensated, or before a sum in single precision is
/// added to one in double. Sums of floats in double need neither.
template <typename Scalar, typename Lane>
inline constexpr Index steps_of_sum = std::is_same_v<Lane, float>      ? 16
                                      : std::is_same_v<Scalar, double> ? 16
                                                                       : 1 << 30;
/// How many rows (or values of a plane, in length_of_piece) a block has after `before` others. In single
/// precision as many again, so that the work in double that each block costs is spread over ever more values;
/// no block is longer than all before it.
template <typename Scalar, typename Lane>
Index rows_of_block(Index before) {
  if constexpr (std::is_same_v<Lane, float>) return std::max(before, Index{32});
  return std::is_same_v<Scalar, double> ? 16 : 128;
}
template <typename Lane>
Index length_of_piece(Index before) {
  if constexpr (std::is_same_v<Lane, float>) return std::clamp(before, Index{128}, longest_piece);
  return longest_piece;
}

/// The terms of two sums.
template <typename V>
struct Terms {
  V a, b;
};
template <typename V>
Terms<V> operator+(const Terms<V>& first, const Terms<V>& second) {
  return {first.a + second.a, first.b + second.b};
}

/// Adds two quantities, over `rows` steps, to a and b.
template <typename V, typename Step>
void add_up(Index at, Index rows, Index stride, const Step& step, V& a, V& b) {
  Terms<V> sum{a, b};
  Index row = 0;
  if constexpr (std::is_same_v<V, Widened<V>>) {
    // Two sums each: consecutive additions do not depend on each other.
    Terms<V> odd{};
    for (; row + 1 < rows; row += 2, at += 2 * stride) {
      sum = sum + step(at);
      odd = odd + step(at + stride);
    }
    if (row < rows) sum = sum + step(at);
    sum = sum + odd;
  } else {
    // Pairwise, four at a time: a value goes through fewer roundings.
    for (; row + 3 < rows; row += 4, at += 4 * stride)
      sum = sum + ((step(at) + step(at + stride)) + (step(at + 2 * stride) + step(at + 3 * stride)));
    for (; row < rows; ++row, at += stride) sum = sum + step(at);
  }
  a = sum.a;
  b = sum.b;
}

/// As add_up, along a plane and from 0, `steps` at a time. Sums of doubles are compensated: their rounding
/// errors are added at the end.
template <typename V, typename Step>
void add_up_plane(Index at, Index length, Index steps, const Step& step, Widened<V>& a, Widened<V>& b) {
  Widened<V> a_error{}, b_error{};
  const Index rows = length / width<V>;
  a = b = Widened<V>{};
  for (Index row = 0; row < rows; row += steps) {
    V more_a{}, more_b{};
    add_up(at + row * width<V>, std::min(steps, rows - row), width<V>, step, more_a, more_b);
    if constexpr (std::is_same_v<V, Widened<V>>) {
      const auto new_a = exact_sum(a, more_a), new_b = exact_sum(b, more_b);
      a = new_a.sum;
      b = new_b.sum;
      a_error += new_a.error;
      b_error += new_b.error;
    } else {
      a += widened(more_a);
      b += widened(more_b);
    }
  }
  a += a_error;
  b += b_error;
}

/// Adds two quantities of the rows from `at` on to those of all columns, one row after the other. Four sums
/// each: a value goes through as few roundings as in add_up.
template <typename Op>
void add_up_rows(const Part& part, Index at, Index rows, const Op& op, Rows<float, 8>& sums, double* a,
                 double* b) {
  sums.setZero();
  for (Index row = 0; row < rows; ++row, at += part.columns) {
    float *const sums_a = sums.row(row % 4).data(), *const sums_b = sums.row(row % 4 + 4).data();
    for_each_strip<float>(part.columns, [&](Index column, auto zero) {
      using Strip = decltype(zero);
      const auto pick = [column](const auto* values) { return load<Strip>(values + column); };
      const Terms<Strip> terms = op.template at<Strip>(pick)(at + column);
      store(sums_a + column, pick(sums_a) + terms.a);
      store(sums_b + column, pick(sums_b) + terms.b);
    });
  }
  for_each_strip<float>(part.columns, [&](Index column, auto zero) {
    const auto sum = [&](Index row) { return load<decltype(zero)>(sums.row(row).data() + column); };
    add_to(a + column, (sum(0) + sum(1)) + (sum(2) + sum(3)));
    add_to(b + column, (sum(4) + sum(5)) + (sum(6) + sum(7)));
  });
}

/// Traverses a part, block by block, and sums two quantities for each state.
///
/// `Op::tensors` is the number of tensors that are passed. `op.at<V>(pick)` returns the step: (position)
/// gives the Terms<V> at that position, with pick(array) giving the states' values of an array. `add(state,
/// states, before, count, a, b)` receives the sums of a block for `states` states from `state` on, of `count`
/// values each after `before` others; it returns true to have the block read again.
template <typename Scalar, typename Lane, typename Op, typename Add>
void reduce(const Part& part, const Op& op, const Add& add) {
  using V = LanesOf<Lane>;
  if (part.along_planes) {
    constexpr Index steps = steps_of_sum<Scalar, Lane>;
    for (Index plane = 0; plane < part.outer * part.channels; ++plane) {
      const Index channel = plane % part.channels;
      const auto lanes = [channel](const Lane* values) { return splat<V>(values[channel]); };
      const auto rest = [channel](const Lane* values) { return values[channel]; };
      const Index before = plane / part.channels * part.inner;
      for (Index piece = 0, length; piece < part.inner; piece += length) {
        length = std::min(length_of_piece<Lane>(before + piece), part.inner - piece);
        const Index at = part.offset + plane * part.inner + piece;
        const Index whole = length - length % lane_count<Lane>;
        double a, b;
        do {
          DoubleLanes lanes_a, lanes_b;
          add_up_plane<V>(at, whole, steps, op.template at<V>(lanes), lanes_a, lanes_b);
          add_up_plane<Lane>(at + whole, length - whole, steps, op.template at<Lane>(rest), a, b);
          a += sum_of(lanes_a);
          b += sum_of(lanes_b);
        } while (add(channel, Index{1}, before + piece, length, &a, &b));
      }
    }
    return;
  }
  Rows<double, 2> sums(2, part.columns);
  double *a = sums.row(0).data(), *b = sums.row(1).data();
  // One tensor alone is read as fast by tiles; the sums of longer rows would not stay in the L1 cache.
  const bool by_rows =
      std::is_same_v<Lane, float> && Op::tensors > 1 && is_by_rows<Scalar>(part, Op::tensors, page_bytes / 4);
  Rows<float, 8> short_sums(8, by_rows ? part.columns : 0);
  for (Index block = 0, end; block < part.rows; block = end) {
    end = std::min(block + rows_of_block<Scalar, Lane>(block), part.rows);
    do {
      sums.setZero();
      for (Index row = block; row < end; row += rows_of_tile<Lane>) {
        const Index at = part.offset + row * part.columns;
        const Index rows = std::min(rows_of_tile<Lane>, end - row);
        if constexpr (std::is_same_v<Lane, float>) {
          if (by_rows) {
            add_up_rows(part, at, rows, op, short_sums, a, b);
            continue;
          }
        }
        for_each_strip<Lane>(part.columns, [&](Index column, auto zero) {
          using Strip = decltype(zero);
          const auto pick = [column](const auto* values) { return load<Strip>(values + column); };
          const auto step = op.template at<Strip>(pick);
          if constexpr (std::is_same_v<Lane, double>) {
            Strip sum_a = pick(a), sum_b = pick(b);
            add_up(at + column, rows, part.columns, step, sum_a, sum_b);
            store(a + column, sum_a);
            store(b + column, sum_b);
          } else {
            Strip more_a{}, more_b{};
            add_up(at + column, rows, part.columns, step, more_a, more_b);
            add_to(a + column, more_a);
            add_to(b + column, more_b);
          }
        });
      }
    } while (add(Index{0}, part.columns, block, end - block, a, b));
  }
}

/// Traverses a part and calls `op.at<V>(pick)(position)` everywhere, with pick as in reduce. A pass that
/// needs few registers may take longer strips of columns.
template <typename Scalar, typename Lane, typename Longest = LanesOf<Lane>, typename Op>
void map(const Part& part, const Op& op) {
  constexpr Index count = lane_count<Lane>;
  if (part.along_planes) {
    for (Index plane = 0; plane < part.outer * part.channels; ++plane) {
      const Index channel = plane % part.channels;
      const auto lanes = op.template at<LanesOf<Lane>>(
          [channel](const Lane* values) { return splat<LanesOf<Lane>>(values[channel]); });
      const auto rest = op.template at<Lane>([channel](const Lane* values) { return values[channel]; });
      const Index begin = part.offset + plane * part.inner, end = begin + part.inner;
      Index at = begin;
      for (; at + 4 * count <= end; at += 4 * count) {
        lanes(at);
        lanes(at + count);
        lanes(at + 2 * count);
        lanes(at + 3 * count);
      }
      for (; at + count <= end; at += count) lanes(at);
      for (; at < end; ++at) rest(at);
    }
    return;
  }
  const auto by_tiles = [&](auto rows_of_map) {
    for (Index row = 0; row < part.rows; row += rows_of_map) {
      const Index begin = part.offset + row * part.columns;
      const Index rows = std::min<Index>(rows_of_map, part.rows - row);
      for_each_strip<Lane, Longest>(part.columns, [&](Index column, auto zero) {
        using V = decltype(zero);
        const auto step =
            op.template at<V>([column](const Lane* values) { return load<V>(values + column); });
        for (Index k = 0, at = begin + column; k < rows; ++k, at += part.columns) step(at);
      });
    }
  };
  if (is_by_rows<Scalar>(part, Op::tensors, page_bytes)) {
    by_tiles(std::integral_constant<Index, 1>());
  } else {
    by_tiles(std::integral_constant < Index, std::is_same_v<Lane, float> ? 8 : 4 > ());
  }
}

}  // namespace batchnorm::passes
