/**
 * Half and twice the resolution with a filter, (1, 3, 3, 1)/8 along each axis, in place of plain averages and repetitions: StyleGAN2's
 * way, which NCSN++ took over. The filter is (1, 2, 1)/4 and a mean of two pixels; outside the image there are zeros.
 *
 * Analyzing and Improving the Image Quality of StyleGAN (Karras et al., 2020), https://arxiv.org/abs/1912.04958
 */
import { averagePool, constant, conv, reshape, upsample } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'

const taps = [1, 2, 1]

/** `x [N, C, H, W] → [N, C, H/2, W/2]`. */
export function firDownsample(x: Tensor): Tensor {
  return averagePool(blurred(x), [2, 2])
}

/** `x [N, C, H, W] → [N, C, 2 H, 2 W]`. */
export function firUpsample(x: Tensor): Tensor {
  return blurred(upsample(x, [2, 2]))
}

/** Every channel by itself convolved with (1, 2, 1)/4 along both axes. */
function blurred(x: Tensor): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  const kernel = Float32Array.from({ length: 9 }, (_, i) => (taps[Math.floor(i / 3)]! * taps[i % 3]!) / 16)
  const planes = reshape(x, [batch * channels, 1, height, width])
  return reshape(conv(planes, constant(kernel, [1, 1, 3, 3]), { padding: 1 }), x.shape)
}
