#pragma once
// The batches on which programs are tried: made by seeds, always the same, ordinary ones first and nasty ones
// after them; and how a batch is made smaller.

#include <functional>

#include "programs/tasks.h"

namespace programs {

inline constexpr int batch_count = 100;

/// Batch 0 to batch_count - 1 of a kind: 2 to 64 examples by 1 to 8 channels, gamma and beta other than 1 and
/// 0. Among them constant features, offsets of 10,000 deviations, and eps from 0 to 1; batches 0 and 1 have
/// neither, so that every mistake shows in them. Batch 1 has as many examples as channels: an axis that is
/// mixed up raises no error.
Names batch(const TaskKind& kind, int number);

/// A batch near this one that `accept` accepts, as small and simple as single steps make it: fewer examples
/// and channels, whole numbers, zeros. Tries at most `most_trials`.
Names shrunk(const TaskKind& kind, Names inputs, const std::function<bool(const Names&)>& accept,
             int most_trials);

}  // namespace programs
