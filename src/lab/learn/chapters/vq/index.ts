/** Vector quantisation: codes that are tokens. */
import type { Chapter } from '../../chapter.ts'
import { bits } from './bits.ts'
import { cellsFigure } from './cells.ts'
import { learning } from './learning.ts'
import { straight } from './straight.ts'

const { raw } = String

export const chapter: Chapter = {
  name: 'vq',
  title: 'Vector quantisation',
  lead: 'An autoencoder whose code is a map of tokens. The encoder gives a vector at each place; it becomes the number of the nearest vector of a codebook, and the decoder sees that vector in its place.',
  sections: [
    {
      title: 'The nearest vector',
      equations: [
        {
          tex: raw`k(h) = \arg\min_k \lVert h - e_k \rVert^2 \qquad {} = \arg\max_k \big( 2 h^{\top} e_k - \lVert e_k \rVert^2 \big) = \live{token}, \qquad \lVert h - e_k \rVert = \live{distance}`,
          says: 'Of several vectors at one distance the first is taken, so that equal pictures have equal maps everywhere.',
          code: `import { constant, matmul, mul, reduceMax, reshape, square, sub, sum } from 'tweedie/graph'

const h = constant([0.6, 0.45], [1, 2])
const codebook = constant([-1.3, 0.9, 1.2, 1, 0.3, -0.1], [3, 2])
const closeness = sub(mul(matmul(h, codebook, { transposeB: true }), 2), reshape(sum(square(codebook), 1), [1, 3]))
console.log(reduceMax(closeness, 1).shape) // → [ 1 ]`,
        },
      ],
      figure: cellsFigure,
    },
    {
      title: 'Straight through',
      equations: [
        {
          tex: raw`h + \mathrm{sg}(e - h), \qquad \frac{\partial L}{\partial h} := \frac{\partial L}{\partial e} = (\live{g1}, \live{g2}), \qquad L = \live{loss}`,
          says: 'The arg min has no gradient. Forward the decoder sees e; backward, the gradient that reaches e is handed to h as it is.',
          code: `import { gradients, input, square, sum } from 'tweedie/graph'
import { straightThrough } from 'tweedie/latent'

const [h, e] = [input('h', [1, 2]), input('e', [1, 2])]
const [gradient] = gradients(sum(square(straightThrough(h, e))), [h])
console.log(gradient!.shape) // → [ 1, 2 ]`,
        },
      ],
      figure: straight,
    },
    {
      title: 'The loss, and unused vectors',
      equations: [
        {
          tex: raw`L = \frac{\mathrm{mean} (x - \hat x)^2}{\mathrm{Var}\, x} \qquad {} + \mathrm{mean} \lVert \mathrm{sg}(h) - e \rVert^2 + \beta\, \mathrm{mean} \lVert h - \mathrm{sg}(e) \rVert^2`,
          says: 'The second term moves vectors to what they are nearest to, as k-means does; the third keeps the encoder from running away.',
          code: `import { input, stopGradient, mean, square, sub } from 'tweedie/graph'

const [h, e] = [input('h', [64, 4]), input('e', [64, 4])]
const codebook = mean(square(sub(stopGradient(h), e)))
const commitment = mean(square(sub(h, stopGradient(e))))`,
        },
        {
          tex: raw`a_k = \text{the } h \text{ nearest to } \mu + \sigma \xi_k, \qquad \live{used} \text{ vectors in use}, \qquad \exp\!\Big(\!-\!\sum_k p_k \log p_k\Big) = \live{perplexity}`,
          says: 'A vector that is nearest to nothing has no gradient. It is drawn to a place of its own among what the encoder gives.',
          code: `import { input } from 'tweedie/graph'
import { usesOf } from 'tweedie/latent'

// how many rows each of 16 vectors is nearest to
console.log(usesOf(input('tokens', [90], 'int32'), 16).shape) // → [ 16 ]`,
        },
      ],
      figure: learning,
    },
    {
      title: 'What tokens cost',
      equations: [
        {
          tex: raw`\live{places} \text{ tokens} \times \log_2 \live{codes} \text{ bits}: \qquad \live{perPixel} \text{ bits a pixel}, \qquad \live{learned} \text{ with a prior}`,
          says: 'There is no divergence to pay: with a uniform prior a token costs log K, whatever the encoder does.',
          code: `import { vqModel } from 'tweedie/nn'

const network = vqModel({
  sample_size: 28,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [16, 32, 64],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D', 'UpDecoderBlock2D'],
  norm_num_groups: 8,
  num_vq_embeddings: 256,
})
console.log(network.tokenShape) // → [ 7, 7 ]`,
        },
      ],
      figure: bits,
    },
  ],
}
