#pragma once
// The mathematics of a family of tasks line by line, in the array language itself, and known mistakes: each
// is one of these lines written wrongly, so that its consequences are computed, not foreseen. The truth does
// not come from here but from the operator; a test shows that both agree.

#include "programs/tasks.h"

namespace programs {

/// A name and the expression that gives it its value.
struct Line {
  std::string name;
  std::string expression;
};

/// A known mistake: what it is called, and what is right.
struct Mistake {
  std::string id;  ///< where the lesson's answers know it too, the same as in answers/mistakes.h
  std::string title;
  std::string reason;
  std::string pitfall;
};

/// All that are known to programs. Titles and reasons of those that answers know are theirs.
const std::vector<Mistake>& mistakes();
/// Throws std::invalid_argument where there is none of this id.
const Mistake& mistake_named(const std::string& id);

/// One way to make a mistake: lines written instead of the right ones of the same names.
struct Variant {
  std::string id;
  std::vector<Line> instead;
};

/// The lines from the inputs of a kind to its outputs, and further ones that programs are likely to have on
/// the way.
std::vector<Line> derivation(const TaskKind& kind);

/// The likeliest of those with equal consequences first.
std::vector<Variant> variants(const TaskKind& kind);

/// A derivation, right or with a mistake, ready to run.
class Derivation {
 public:
  explicit Derivation(const std::vector<Line>& lines);
  /// The same with other lines instead of those of their names; none where there are no such lines.
  std::optional<Derivation> with(const std::vector<Line>& instead) const;
  /// What each line gives, as far as a mistake leaves the lines with values.
  Names evaluate(const Names& inputs) const;

 private:
  std::vector<std::string> names_;
  Program program_;
};

/// The right derivation of a kind, read once.
const Derivation& right_derivation(const TaskKind& kind);

/// A derivation with a known mistake.
struct Mistaken {
  Variant variant;
  Derivation derivation;
};
/// One for each of the variants that a kind's derivation allows, read once.
const std::vector<Mistaken>& mistaken_derivations(const TaskKind& kind);

/// One batch and what is known of it. The kind outlives it.
class Case {
 public:
  /// Throws std::invalid_argument where the operator refuses the inputs.
  Case(const TaskKind& of, Names given);

  const TaskKind& kind;
  const Names inputs;
  const Names right;  ///< the truth (tasks.h)

  /// The truth, and of the derivation what the operator does not name; in the shapes in which they broadcast
  /// against x: a statistic of images is (C, 1, 1), one of layer norm (N, 1). Computed when it is asked for.
  const Names& intermediates() const;

 private:
  Names all_intermediates() const;
  mutable Names intermediates_;
};

}  // namespace programs
