#pragma once
// Small fully connected networks, with every normalization that the lesson compares: what the laboratory
// trains.
//
//   m  examples of a batch      layers  linear layers before the output layer      width  units of each

#include <cstdint>
#include <vector>

#include "batchnorm/forward.h"
#include "lab/matrix.h"
#include "lab/precision.h"

namespace lab {

using batchnorm::Channels;

enum class Activation { relu, tanh, sigmoid, linear };
enum class Normalization { none, batch, layer, group, rms };
/// Where a normalization stands beside the activation of its layer.
enum class Place { before, after };
/// He et al., CVPR 2016 and ECCV 2016: two linear layers a block, and a ReLU after the addition, or nothing.
enum class Residual { none, post_activation, pre_activation };

struct Architecture {
  Index inputs = 2;
  Index classes = 2;
  int layers = 3;
  Index width = 16;
  Activation activation = Activation::relu;
  Normalization normalization = Normalization::none;
  Place place = Place::before;         ///< of plain layers
  Residual residual = Residual::none;  ///< blocks follow the first layer, two layers each
  Index groups = 4;                    ///< of group normalization; they divide the width
  Index ghost = 0;                     ///< batch statistics over so many examples at a time; 0: over all
  bool has_bias = true;                ///< of the hidden linear layers; the output layer always has one
  double gain = 1;                     ///< times the usual standard deviation of the hidden weights
  double eps = 1e-5;
  /// In single precision the result of every operation, every gradient and every parameter after a step is
  /// rounded to a float. In between it is computed in double, so that errors are somewhat smaller than those
  /// of arithmetic in floats, which rounds each sum and product.
  Precision precision = Precision::in_double;
};

/// The trainable parameters; their gradients have the same shape. Hidden layers in order, the output layer
/// last.
struct Parameters {
  std::vector<Matrix> weights;        ///< (inputs, outputs) of each linear layer
  std::vector<Channels> bias;         ///< (outputs) of each; empty where a layer has none
  std::vector<Channels> gamma, beta;  ///< (units) of each normalization
};

/// Running statistics of each batch normalization: (units).
struct Running {
  std::vector<Channels> mean, var;
};

struct Network {
  Architecture architecture;
  Parameters parameters;
  Running running;
};

/// Hidden weights from N(0, gain^2 s^2 / inputs), s^2 = 2 for ReLU (He et al., ICCV 2015) and 1 otherwise,
/// the output layer's from N(0, 1 / inputs); biases 0, gamma 1, beta 0, running statistics 0 and 1. The same
/// seed gives the same weights whatever the normalization. Throws std::invalid_argument that names the field.
Network initial_network(const Architecture& architecture, std::uint64_t seed);

/// Noise in every hidden layer, directly after its normalization (in a network without, at the same place),
/// in training mode only. After Santurkar et al. (NeurIPS 2018, section 2.1), but with other distributions,
/// drawn at every step: for each unit a scale from U(1, 1 + scale) and a shift from U(-shift, shift), and for
/// each value N(0, spread^2).
struct Noise {
  double scale = 0, shift = 0, spread = 0;
  std::uint64_t seed = 0;
};

/// What a forward pass keeps for the backward pass, and for measurements of the layers.
struct Pass {
  std::vector<Matrix>
      values;  ///< the input of each operation of the network, and the output of the last: the logits
  std::vector<std::vector<batchnorm::BatchStatistics>>
      statistics;                     ///< of each normalization, a batch or ghost each
  std::vector<Matrix> normalized;     ///< x_hat of each normalization, but not of batch normalization
  std::vector<Channels> noise_scale;  ///< of each hidden layer; empty where no noise was added
};

enum class Mode { train, inference };

/// The logits of a batch, (m, classes), are the last of Pass::values. x: (m, inputs); throws
/// std::invalid_argument for another number of columns.
Pass forward(const Network& network, const Matrix& x, Mode mode, const Noise& noise = {});
/// The same, overwriting another pass and reusing its memory.
void forward(const Network& network, const Matrix& x, Mode mode, const Noise& noise, Pass& pass);

struct Loss {
  double value;    ///< mean cross-entropy of the softmax, in nats
  double correct;  ///< accuracy: share of the examples whose largest logit is that of the label
  Matrix dlogits;  ///< (m, classes)
};
Loss cross_entropy(const Matrix& logits, const std::vector<int>& labels);

/// Gradients of L with respect to all parameters, for the pass of a batch in training mode.
Parameters backward(const Network& network, const Pass& pass, const Matrix& dlogits);
/// The same, overwriting other gradients of the network. dz_norms, if not null, gets the norm of the gradient
/// of L with respect to z, the output of a linear layer: one for each layer, the output layer's last.
void backward(const Network& network, const Pass& pass, const Matrix& dlogits, Parameters& gradients,
              std::vector<double>* dz_norms = nullptr);

/// The inputs of each activation function, layer by layer: (m, width) each.
std::vector<const Matrix*> pre_activations(const Network& network, const Pass& pass);

struct Optimizer {
  enum class Kind { sgd, adam } kind = Kind::sgd;
  double rate = 0.1;
  double hidden_rate = -1;  ///< of the hidden weight matrices; below 0: that of all others
  double momentum = 0;      ///< of SGD: the weight of the old velocity
  double weight_decay = 0;  ///< added to the gradients of all weight matrices
};

/// A network in training, with the state of its optimizer.
struct Training {
  Network network;
  Parameters velocity;  ///< of SGD with momentum; first moments of Adam
  Parameters squares;   ///< second moments of Adam
  int steps = 0;
  Pass pass;             ///< of the last step; its memory is reused by the next
  Parameters gradients;  ///< the update of the last step, before it is multiplied by the rate
};

Training begin(const Network& network);

/// One step on one batch; running statistics keep the weight `keep` of their old values. The loss is that
/// before the step.
Loss step(Training& training, const Matrix& x, const std::vector<int>& labels, const Optimizer& optimizer,
          double keep, const Noise& noise = {});

}  // namespace lab
