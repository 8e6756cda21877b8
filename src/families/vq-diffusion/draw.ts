/** The ability to draw: maps of tokens from the model of tokens, decoded. */
import { compiledQuantiser } from '../../compiled/quantiser.ts'
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { throwIfAborted } from '../../interrupted.ts'
import type { drawOptions } from '../draw-options.ts'
import type { ValuesOf } from '../../options.ts'
import { drawnValues, makesOf } from '../drawn-values.ts'
import type { Painter, Setting } from '../family.ts'
import { asPart } from '../../tools/shards/shards.ts'
import { sessionOf } from '../session-of.ts'
import { painter as painterOfTokens } from '../tokens/draw.ts'
import { decodedMaps, type TokenMapOptions } from '../vq/tokens.ts'
import { warm } from '../warm.ts'
import type { VqDiffusionModel } from './model.ts'
import type { sampleOptions } from './options/sample.ts'

type Options = ValuesOf<typeof sampleOptions & typeof drawOptions>

/** Maps that are decoded at a time. */
const most = 16

interface Decoding extends Pick<TokenMapOptions, 'shards' | 'signal' | 'onProgress'> {
  readonly tokens: Int32Array
}

/** A painter of a model. */
export function painter({ prior, quantiser }: VqDiffusionModel, setting: Setting): Painter {
  const shards = asPart(setting.shards)
  const ofTokens = painterOfTokens(prior, { ...setting, shards })
  const decoder = warm<Decoding, Float32Array>(async ({ tokens, ...watch }, compiled) => {
    const batch = Math.min(most, tokens.length / itemSize(prior.shape))
    const made = await compiled(`quantiser ${batch}`, async () =>
      compiledQuantiser(quantiser, setting.engine, { batch, ...sessionOf(setting) }),
    )
    return decodedMaps(made, tokens, watch)
  })
  const dispose = (): void => {
    ofTokens.dispose()
    decoder.dispose()
  }
  return {
    makes: makesOf(quantiser),
    get compilations() {
      return ofTokens.compilations + decoder.compilations
    },
    async draw(values: Options, { signal, onProgress, frames } = {}) {
      if (frames) {
        throw new TweedieError('usage', '`trajectory`: on the way there are maps with gaps, which are no pictures', {
          hint: 'a model of pixels has a trajectory of pictures',
        })
      }
      const { how, howText, classes, ...maps } = await ofTokens.draw(values, {
        signal,
        onProgress: onProgress && (({ step: _, ...progress }) => onProgress(progress)),
      })
      throwIfAborted(signal)
      const images = await decoder.draw({
        tokens: maps.array().data as Int32Array,
        shards,
        signal,
        onProgress: (done, total) => onProgress?.({ phase: 'decode', done, total, unit: 'images' }),
      })
      setting.shards?.requireAll()
      return drawnValues(quantiser, images, { how, howText: `${howText}, decoded`, ...(classes && { classes }) })
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}
