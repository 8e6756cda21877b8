/**
 * The U-Net over pixels that are categories: segmentation maps, quantised images. Hoogeboom et al., Argmax Flows and
 * Multinomial Diffusion (2021); Austin et al., D3PM (2021).
 */
import { TweedieError } from '../../errors.ts'
import { constant, gather, mul, showShape, transpose } from '../graph/index.ts'
import { badField, count, countOrNull } from './check-config.ts'
import type { FieldRule } from './check-config.ts'
import type { Network } from './network.ts'
import type { UNet2DConfig } from './unet2d/config.ts'
import { unet2d } from './unet2d/unet2d.ts'

/** Options of {@link categoricalUnet}: those of the U-Net, with categories in the place of channels. */
export interface CategoricalUNetConfig extends Omit<UNet2DConfig, 'in_channels' | 'out_channels'> {
  /** K, the number of categories that a clean pixel may be. */
  readonly vocab_size: number
  /** The number of states that a noisy pixel may be: K (the default), or K + 1 with a mask. */
  readonly num_states?: number | null
}

const className = 'CategoricalUNet'

/**
 * A U-Net that sees each pixel's state as channels, 1 for the state and −1 for the others, and returns logits.
 * `x [N, H, W]` int32 states, `t [N]` in [0, 1], to `[N, H, W, K]`.
 *
 * @throws TweedieError `model` for an option that makes no sense, `shape` for a size that does not halve
 * @example
 * const blocks = { down_block_types: ['DownBlock2D', 'DownBlock2D'], up_block_types: ['UpBlock2D', 'UpBlock2D'] }
 * const network = categoricalUnet({ vocab_size: 17, sample_size: 8, block_out_channels: [64, 128], ...blocks })
 */
export function categoricalUnet(config: CategoricalUNetConfig): Network {
  const { vocab_size: logits, num_states, ...rest } = config
  expectField('vocab_size', logits, count)
  expectField('num_states', num_states ?? null, countOrNull)
  const states = num_states ?? logits
  if (states < logits) throw badField(className, 'num_states', states, `vocab_size ${logits} or more`)
  const unet = unet2d({ ...rest, in_channels: states, out_channels: logits })
  const { _class_name, _diffusers_version, in_channels: _in, out_channels: _out, ...fields } = unet.config
  const size = unet.inputShape.slice(1)
  const signs = constant(signedOneHot(states), [states, states])

  return Object.freeze<Network>({
    className,
    config: Object.freeze({ _class_name: className, vocab_size: logits, num_states: states, ...fields }),
    inputShape: Object.freeze(size),
    outputShape: Object.freeze([...size, logits]),
    conditions: unet.conditions,
    categories: Object.freeze({ states, logits }),
    ...(unet.stride !== undefined && { stride: unet.stride }),
    build(scope, { x, t, ...others }) {
      if (x.shape.length !== 3 || x.dtype !== 'int32') {
        const got = `${x.dtype} ${showShape(x.shape)}`
        throw new TweedieError('shape', `${className}: x: expected int32 [N, height, width], got ${got}`)
      }
      const planes = transpose(gather(signs, x), [0, 3, 1, 2])
      return transpose(unet.build(scope, { x: planes, t: mul(t, 1000), ...others }), [0, 2, 3, 1])
    },
    ...(unet.rename !== undefined && { rename: unet.rename }),
  })
}

function expectField(field: string, value: unknown, [test, expected]: FieldRule): void {
  if (!test(value)) throw badField(className, field, value, expected)
}

/** Row s is 1 at s and −1 elsewhere. */
function signedOneHot(states: number): Float32Array {
  return new Float32Array(states * states).fill(-1).map((value, i) => (i % (states + 1) === 0 ? 1 : value))
}
