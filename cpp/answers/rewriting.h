#pragma once
// Two mistakes in one line. A mistake is a line written wrongly; what it changes of the right line can be
// changed in a line that is wrong already, too: mean(dy x_hat) has the mean for the sum, and with y for x_hat
// it becomes mean(dy y).

#include <vector>

#include "answers/mistakes.h"

namespace answers {

/// Both mistakes as one, for those that write a line wrongly in two ways: in each such line one of them is
/// made in what the other left. One for each order that makes a difference; none where the mistakes change
/// the same thing, or no line is common to both. Their ids and words are those of the first.
std::vector<Mistake> made_one_after_the_other(const Mistake& a, const Mistake& b);

}  // namespace answers
