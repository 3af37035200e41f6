#include "programs/spellings.h"

#include <cctype>

namespace programs {

namespace {

struct Spelling {
  const char* typed;     ///< in small letters, without underscores; several separated by spaces
  const char* meanings;  ///< separated by spaces
};

constexpr Spelling spellings[] = {
    {"mu mean batchmean samplemean xmean xbar mub meanb μ avg mubatch m1 themean newmean",
     "batch_mean running_mean"},
    {"var variance batchvar samplevar xvar sigma2 sigmasq sigmasquared σ2 varb vars",
     "batch_var shifted_var running_var"},
    {"std sigma stddev sqrtvar stdev root denom sd σ samplestd batchstd xstd", "root deviation"},
    {"ivar invstd invvar istd rstd savedinvstd inv rsigma rsqrt stdinv sigmainv invsigma invroot",
     "saved_invstd"},
    {"xmu xc xcentered xcentred centered centred diff dev xminusmean xzero xm deviations", "centred"},
    {"sq squares squared xmusq diffsq", "squares"},
    {"xhat xnorm normalized normalised xn xnormalized xstandardized z xh norm", "x_hat normalized"},
    {"gammax scaled gammaxhat", "scaled"},
    {"out y output yhat bnout", "y"},
    {"dxhat dxnorm dxn dnorm dnormalized dxnormalized gxhat gradxhat dxh", "dx_hat d_rows"},
    {"dvar dvariance dsigma2 dsigmasq dvars gradvar", "dvar"},
    {"dmu dmean gradmean", "dmean"},
    {"divar dinvstd distd dinvvar dinv", "dinvstd"},
    {"dsqrtvar dstd dsigma droot", "droot"},
    {"dsq dsquares", "dsquares"},
    {"dxmu1", "dx_direct"},
    {"dxmu2", "dx_through_var"},
    {"dxmu dxc dcentered dcentred dx1", "dcentred"},
    {"dx2", "dx_through_mean"},
    {"dgamma dg dscale dw gradgamma", "dgamma"},
    {"dbeta db dshift gradbeta", "dbeta"},
    {"dx dinput gradx dxout", "dx dx_rows"},
    {"runningmean newrunningmean movingmean runmean", "running_mean new_mean"},
    {"runningvar newrunningvar movingvar runvar movingvariance", "running_var new_var"},
    {"unbiasedvar varunbiased", "unbiased_var"},
    {"foldedweight newweight wfolded wnew foldedw wfold", "folded_weight"},
    {"foldedbias newbias bfolded bnew foldedb bfold", "folded_bias"},
    {"slope scale factor a", "slope"},
    {"within", "within"},
    {"between", "between"},
};

constexpr Spelling inputs[] = {
    {"x inp input inputs data features batch a h", "x"},
    {"dy dout dl dldy dydown gradoutput gradout upstream grad g dyout doutput", "dy"},
    {"gamma γ scale", "gamma"},
    {"beta β shift", "beta"},
    {"eps epsilon ε", "eps"},
    {"momentum alpha α decay mom", "momentum"},
    {"runningmean movingmean runmean rm", "running_mean"},
    {"runningvar movingvar runvar movingvariance rv", "running_var"},
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

std::string plain(const std::string& name) {
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

template <std::size_t count>
std::vector<std::string> look_up(const Spelling (&table)[count], const std::string& name) {
  const std::string typed = plain(name);
  for (const Spelling& spelling : table) {
    for (const std::string& each : words(spelling.typed)) {
      if (each == typed) return words(spelling.meanings);
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> meanings(const std::string& name) {
  return look_up(spellings, name);
}

std::string input_named(const std::string& name) {
  const std::vector<std::string> found = look_up(inputs, name);
  return found.empty() ? "" : found[0];
}

}  // namespace programs
