#include "programs/spellings.h"

#include <cctype>
#include <string_view>

#include "answers/quantity_table.h"

namespace programs {

namespace {

/// What programs call a quantity besides its name and its spellings in the table of quantities.
struct Spellings {
  const char* typed;     ///< in small letters, without underscores; several separated by spaces
  const char* meanings;  ///< separated by spaces; of the first, the names in the table count too
};

constexpr Spellings variables[] = {
    {"mean samplemean xmean meanb avg mubatch m1 themean newmean", "batch_mean running_mean"},
    {"variance samplevar xvar sigmasq sigmasquared vars", "batch_var shifted_var running_var"},
    {"std sigma stddev sqrtvar stdev root denom sd σ samplestd batchstd xstd", "root deviation"},
    {"ivar invstd invvar istd rstd inv rsigma rsqrt stdinv sigmainv invsigma invroot", "saved_invstd"},
    {"xmu xc xcentered xcentred centered centred diff dev xminusmean xzero xm deviations", "centred"},
    {"sq squares squared xmusq diffsq", "squares"},
    {"xnorm normalized normalised xn xnormalized xstandardized z xh norm", "x_hat normalized"},
    {"gammax scaled gammaxhat", "scaled"},
    {"out output yhat bnout", "y"},
    {"dxnorm dxn dnorm dnormalized dxnormalized gxhat gradxhat dxh", "dx_hat d_rows"},
    {"dvariance dsigma2 dsigmasq dvars gradvar", "dvar"},
    {"dmu gradmean", "dmean"},
    {"divar dinvstd distd dinvvar dinv", "dinvstd"},
    {"dsqrtvar dstd dsigma droot", "droot"},
    {"dsq dsquares", "dsquares"},
    {"dxmu1", "dx_direct"},
    {"dxmu2", "dx_through_var"},
    {"dxmu dxc dcentered dcentred dx1", "dcentred"},
    {"dx2", "dx_through_mean"},
    {"dg dscale dw gradgamma", "dgamma"},
    {"db dshift gradbeta", "dbeta"},
    {"dinput gradx dxout", "dx dx_rows"},
    {"newrunningmean runmean", "running_mean new_mean"},
    {"newrunningvar runvar", "running_var new_var"},
    {"unbiasedvar varunbiased", "unbiased_var"},
    {"newweight wfolded wnew foldedw wfold", "folded_weight"},
    {"newbias bfolded bnew foldedb bfold", "folded_bias"},
    {"slope scale factor a", "slope"},
    {"within", "within"},
    {"between", "between"},
};

constexpr Spellings inputs[] = {
    {"inp input inputs data features batch a h", "x"},
    {"dout dl dydown gradout upstream grad g dyout doutput", "dy"},
    {"scale", "gamma"},
    {"shift", "beta"},
    {"decay mom", "momentum"},
    {"runmean rm", "running_mean"},
    {"runvar rv", "running_var"},
    {"weight w weights kernel", "weight"},
    {"bias b", "bias"},
    {"mean mu", "running_mean"},
    {"var", "running_var"},
    {"meana mua", "mean_a"},
    {"vara", "var_a"},
    {"ma na", "m_a"},
    {"meanb mub", "mean_b"},
    {"varb", "var_b"},
    {"mb nb", "m_b"},
};

std::string plain(std::string_view name) {
  std::string text;
  for (const char each : name) {
    if (each != '_') text += static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  }
  return text;
}

std::vector<std::string> words(const char* text) {
  std::vector<std::string> all(1);
  for (; *text != '\0'; ++text) {
    if (*text == ' ') {
      all.emplace_back();
    } else {
      all.back() += *text;
    }
  }
  return all;
}

/// The quantity that is called so in the table; empty if there is none.
std::string quantity_called(const std::string& typed) {
  for (const std::string_view name : answers::lesson_quantities) {
    if (plain(name) == typed) return std::string(name);
  }
  for (const answers::Spelling& each : answers::spellings) {
    if (!each.root && plain(each.typed) == typed) return std::string(each.name);
  }
  return "";
}

template <std::size_t count>
std::vector<std::string> look_up(const Spellings (&table)[count], const std::string& typed) {
  const std::string quantity = quantity_called(typed);
  for (const Spellings& row : table) {
    const std::vector<std::string> found = words(row.meanings);
    if (found[0] == quantity) return found;
    for (const std::string& each : words(row.typed)) {
      if (each == typed) return found;
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> meanings(const std::string& name) {
  return look_up(variables, plain(name));
}

std::string input_named(const std::string& name) {
  const std::string typed = plain(name);
  const std::vector<std::string> found = look_up(inputs, typed);
  return found.empty() ? quantity_called(typed) : found[0];
}

}  // namespace programs
