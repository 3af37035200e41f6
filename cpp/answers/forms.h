#pragma once
// The forms that answers may have, each with an example: the help on the page and the table in the lesson's
// README are made from it.

#include <vector>

namespace answers {

struct Form {
  const char* what;
  const char* example;
  const char* same;  ///< what it says, in the plainest notation
};

/// In the order in which a learner meets them.
const std::vector<Form>& forms();

}  // namespace answers
