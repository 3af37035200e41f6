// One arm of an experiment: its measurements of layers and predictions, against the network's own functions.

#include "lab/run.h"

#include <cmath>

#include "helpers.h"

namespace {

using lab::Index;
using lab::Mode;
using lab::Normalization;
using lab::RunSettings;

RunSettings small(Normalization normalization) {
  RunSettings settings;
  settings.architecture.layers = 3;
  settings.architecture.width = 8;
  settings.architecture.normalization = normalization;
  settings.examples = 64;
  settings.batch = 16;
  settings.seed = 5;
  return settings;
}

/// The network that a run begins with.
lab::Network first_network(const RunSettings& settings) {
  return lab::initial_network(settings.architecture, ~settings.seed);
}

TEST(Run, TellsTheGradientNormsThatBackwardGives) {
  for (const auto normalization : {Normalization::none, Normalization::batch, Normalization::layer}) {
    const RunSettings settings = small(normalization);
    const lab::Run run(settings);
    const lab::Network network = first_network(settings);
    const lab::DataSet batch = lab::rows_of(run.data(), lab::batch_rows(64, 16, 0, settings.seed));
    const lab::Pass pass = lab::forward(network, batch.x, Mode::train);
    const lab::Parameters gradients =
        lab::backward(network, pass, lab::cross_entropy(pass.values.back(), batch.labels).dlogits);
    for (const Mode mode : {Mode::train, Mode::inference}) {
      const lab::Run::Layers layers = run.layers(mode);
      ASSERT_EQ(layers.gradient_norm.size(), 4u);
      ASSERT_EQ(layers.square_norm.size(), 3u);
      for (std::size_t k = 0; k < 4; ++k) {
        EXPECT_EQ(layers.gradient_norm[k], gradients.weights[k].norm());
        if (k < 3) {
          EXPECT_EQ(layers.square_norm[k], network.parameters.weights[k].squaredNorm());
        }
      }
    }
  }
}

TEST(Run, TellsWhatEntersTheActivations) {
  // Normalized before the activation: mean 0 and spread 1 in training, whatever the scale of the weights.
  RunSettings settings = small(Normalization::batch);
  settings.architecture.gain = 5;
  settings.architecture.eps = 0;
  const lab::Run run(settings);
  const lab::Run::Layers layers = run.layers(Mode::train);
  ASSERT_EQ(layers.mean.size(), 3u);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(layers.mean[k], 0, 1e-12);
    EXPECT_NEAR(layers.spread[k], 1, 1e-12);
  }
  // The running statistics are still 0 and 1: the scale of the activations' inputs is that of the weights.
  const lab::Network network = first_network(settings);
  const lab::DataSet batch = lab::rows_of(run.data(), lab::batch_rows(64, 16, 0, settings.seed));
  const lab::Matrix first = batch.x * network.parameters.weights[0];
  const lab::Run::Layers inference = run.layers(Mode::inference);
  EXPECT_NEAR(inference.mean[0], first.mean(), 1e-12 * first.norm());
  const double spread = std::sqrt((first.array() - first.mean()).square().mean());
  EXPECT_NEAR(inference.spread[0], spread, 1e-12 * first.norm());
}

TEST(Run, EvaluatedOneExampleAtATimeBatchNormalizationSaysTheSameOfAll) {
  RunSettings settings = small(Normalization::batch);
  settings.batch = 1;
  const lab::Run::Answers answers = lab::Run(settings).answers(Mode::train);
  EXPECT_EQ(answers.range, 0);
  EXPECT_EQ(answers.correct, 0.5);
}

TEST(Run, LearnsWhatFreshExamplesShowToo) {
  RunSettings settings = small(Normalization::batch);
  settings.architecture.width = 16;
  settings.examples = 256;
  settings.batch = 32;
  lab::Run run(settings);
  EXPECT_LT(run.fresh_answers().correct, 0.8);
  run.advance(300);
  for (const Mode mode : {Mode::train, Mode::inference}) {
    EXPECT_GT(run.answers(mode).correct, 0.95);
    EXPECT_GT(run.fresh_answers(mode).correct, 0.9);
    EXPECT_GT(run.answers(mode).range, 1);
  }
}

TEST(Run, RegionsAreTheSurfaceOfTwoClasses) {
  lab::Run run(small(Normalization::batch));
  run.advance(20);
  const std::vector<double> surface = run.surface(12, 2.4);
  const lab::Run::Regions regions = run.regions(12, 2.4, Mode::inference);
  for (std::size_t k = 0; k < surface.size(); ++k) {
    const double own = regions.labels[k] == 1 ? surface[k] : 1 - surface[k];
    EXPECT_NEAR(regions.probabilities[k], own, 1e-12);
    EXPECT_GE(regions.probabilities[k], 0.5);
  }
  // With the statistics of one batch the picture is another one.
  EXPECT_NE(run.regions(12, 2.4, Mode::train).probabilities, regions.probabilities);
  EXPECT_THROW(run.regions(1, 2.4, Mode::train), std::invalid_argument);
}

TEST(Run, BlobsHaveFourRegionsAndGlyphsNone) {
  RunSettings settings = small(Normalization::batch);
  settings.shape = lab::Shape::blobs;
  settings.noise = 0.3;
  lab::Run run(settings);
  run.advance(200);
  const std::vector<int> labels = run.regions(4, 1.5, Mode::inference).labels;
  EXPECT_EQ(std::vector<int>({labels[0], labels[3], labels[12], labels[15]}), std::vector<int>({2, 3, 0, 1}));
  settings.shape = lab::Shape::glyphs;
  EXPECT_THROW(lab::Run(settings).regions(4, 1.5, Mode::inference), std::invalid_argument);
}

TEST(Run, OfAnExampleTellsTheProbabilityOfItsLabel) {
  lab::Run run(small(Normalization::none));
  run.advance(5);
  double loss = 0;
  for (Index k = 0; k < 64; ++k) loss -= std::log(run.probability(k, Mode::inference)) / 64;
  RunSettings settings = small(Normalization::none);
  // The loss of all examples as one batch is the mean of -log of these probabilities.
  lab::Network network = first_network(settings);
  lab::Training training = lab::begin(network);
  for (int step = 0; step < 5; ++step) {
    const lab::DataSet batch = lab::rows_of(run.data(), lab::batch_rows(64, 16, step, settings.seed));
    lab::step(training, batch.x, batch.labels, settings.optimizer, settings.keep);
  }
  const lab::Pass pass = lab::forward(training.network, run.data().x, Mode::inference);
  EXPECT_NEAR(loss, lab::cross_entropy(pass.values.back(), run.data().labels).value, 1e-12);
  EXPECT_THROW(run.probability(64, Mode::inference), std::invalid_argument);
}

TEST(Run, ANetworkThatLeftTheFiniteNumbersAnswersNothing) {
  RunSettings settings = small(Normalization::none);
  settings.optimizer.rate = 1e200;
  lab::Run run(settings);
  run.advance(10);
  EXPECT_TRUE(std::isnan(run.correct()));
  EXPECT_TRUE(std::isnan(run.fresh_answers().range));
  EXPECT_TRUE(std::isnan(run.probability(0, Mode::train)));
  EXPECT_TRUE(std::isnan(run.regions(4, 1, Mode::train).probabilities[0]));
}

TEST(Run, RefusesASettingByItsName) {
  const auto refusal = [](const auto& change) -> std::string {
    RunSettings settings = small(Normalization::none);
    change(settings);
    try {
      lab::Run run(settings);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  const auto begins = [](const std::string& text, const std::string& name) {
    EXPECT_EQ(text.substr(0, name.size() + 1), name + ":") << text;
  };
  begins(refusal([](RunSettings& each) { each.batch = 65; }), "batch");
  begins(refusal([](RunSettings& each) { each.keep = 1.5; }), "keep");
  begins(refusal([](RunSettings& each) { each.optimizer.rate = -1; }), "rate");
  begins(refusal([](RunSettings& each) { each.optimizer.momentum = 1; }), "momentum");
  begins(refusal([](RunSettings& each) { each.architecture.gain = -1; }), "gain");
  begins(refusal([](RunSettings& each) { each.architecture.layers = 0; }), "layers");
  begins(refusal([](RunSettings& each) { each.architecture.width = 1000; }), "width");
  begins(refusal([](RunSettings& each) { each.layer_noise.shift = -1; }), "noise_shift");
}

}  // namespace
