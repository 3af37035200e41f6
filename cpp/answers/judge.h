#pragma once
// Verdicts on typed values: empty, unreadable, right, right but too coarse, wrong and why.

#include "answers/mistakes.h"
#include "answers/typed_text.h"

namespace answers {

/// How near an answer must be. A value counts as right where |answer - truth| <= its allowance (see below),
/// or where it is the truth rounded or cut off to at least `digits` significant digits.
struct Tolerance {
  double relative = 0;
  double absolute = 0;
  /// 0: only the exact number is right, as for counts; then relative and absolute are 0.
  int digits = 0;
};

/// max(relative |truth|, absolute, carried) for each value of the answer. `carried` is what the answer moves
/// at most, to first order, when every quantity on the way to it is rounded to three significant digits:
/// carrying three digits is always enough.
std::vector<double> allowances(const Formula& answer, const Value& truth, const Quantities& right,
                               const Tolerance& tolerance);

/// How many allowances lie between two answers: the largest |a - b| / allowance of their values. Infinite
/// where they have unequally many.
double distance(const Value& a, const Value& b, const std::vector<double>& allowed);

/// Answers nearer than this part of an allowance are one answer.
inline constexpr double one_answer = 1e-6;

enum class Verdict {
  empty,  ///< nothing typed yet
  /// not a value, not as many values as asked for, with two readings, or with too few digits to tell; never
  /// counted against the learner
  unreadable,
  right,
  coarse,   ///< the truth, rounded or cut off to fewer digits than asked for, but at least two of its own
  carried,  ///< in a worksheet: right for the learner's own earlier numbers, which are not
  wrong,
};

const char* verdict_name(Verdict verdict);

/// The verdict on text that has no value.
Verdict verdict_on_unread(TypedText::State state);

/// The message also says what is unreadable, coarse or wrong about a value that was read: which values, and
/// why.
struct Judgement : TypedText {
  Verdict verdict = Verdict::empty;
  /// For each value asked for: right, coarse, wrong, unreadable where its digits are too few to tell, and in
  /// a worksheet also carried. Empty where there are not as many values.
  std::vector<Verdict> cells;
  /// wrong: the mistake that leads to this answer, or two that were made at once; none where no one is known.
  std::vector<Mistake> mistakes;
};

/// What is asked: the value of `answer` in the quantities of a problem.
struct Question {
  Formula answer;
  Tolerance tolerance;
  /// Mistakes that the author foresaw for this question, besides those that are known.
  std::vector<Mistake> foreseen;
  /// The mistakes that may have been made; fewer than all where other answers show that some were not.
  const std::vector<Mistake>* known = &mistakes();
};

/// Of two judgements on one text, with a sum that reaches over the whole product in one of them: the one on
/// what was meant, or a refusal with both readings where that cannot be told. Right is what is right in
/// either.
template <typename AnyJudgement>
AnyJudgement better_reading(AnyJudgement first, AnyJudgement second) {
  if (second.verdict == Verdict::right || second.verdict == Verdict::coarse) return second;
  const bool one_is_read = (first.verdict == Verdict::unreadable) != (second.verdict == Verdict::unreadable);
  if (one_is_read) return first.verdict == Verdict::unreadable ? second : first;
  if (first.verdict != Verdict::wrong || !first.sum) return first;
  if (first.sum->by_index) return first.sum->takes_all ? first : second;
  const ReadError error = two_readings(*first.sum);
  AnyJudgement refused;
  static_cast<TypedText&>(refused) = first;
  refused.verdict = Verdict::unreadable;
  refused.message = error.what();
  refused.note.clear();
  refused.range = error.range;
  refused.readings = error.readings;
  return refused;
}

/// Judges typed text. `known` are the quantities it may name: the givens of the problem, not its results;
/// `right` those that follow from them. Never throws for what a learner types. Throws std::invalid_argument
/// where a tolerance is negative, ReadError where the answer has no value.
Judgement judge(const std::string& typed, const Quantities& known, const Quantities& right,
                const Question& question);

/// A wrong answer that a mistake leads to.
struct Candidate {
  const Mistake* mistake;
  Value value;
};

/// The mistakes that can be made in a question: those with a value unlike the truth.
std::vector<Candidate> candidates(const Question& question, const Quantities& right);

}  // namespace answers
