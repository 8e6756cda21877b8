/** The ability to draw: codes from the model of codes, decoded. */
import { throwIfAborted } from '../../interrupted.ts'
import { TweedieError } from '../../errors.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { drawOptions } from '../draw-options.ts'
import { asPart } from '../../tools/shards/shards.ts'
import { defined } from '../defined.ts'
import { fewOf } from './of-pipeline.ts'
import { drawnValues, makesOf, valueViews } from '../drawn-values.ts'
import type { Drawn, Frame, Painter, Setting } from '../family.ts'
import { painter as painterOfValues } from '../values/draw.ts'
import type { ItemFrame } from '../values/way.ts'
import { usualChoice } from '../coded/values-of.ts'
import { warm } from '../warm.ts'
import { type Decoding, decodedItems, seenCodes } from './codes.ts'
import { fillsIn } from './masked.ts'
import type { LatentModel } from './model.ts'
import type { sampleOptions } from './options/sample.ts'
import { sized } from './sized.ts'
import { priorSetting } from './prior-setting.ts'
import { shownBy } from './windows/code-windows.ts'
import { type OfCodes, ofStates } from './windows/of-states.ts'

type Options = ValuesOf<typeof sampleOptions & typeof drawOptions>

/** A painter of a model; one for each size of pictures. */
export function painter(model: LatentModel, setting: Setting): Painter {
  const sizes = new Map<LatentModel, Painter>()
  const of = (size: Options['size']): Painter => {
    const its = sized(model, size, setting.own)
    const found = sizes.get(its) ?? painterOfSize(its, setting)
    sizes.set(its, found)
    return found
  }
  const dispose = (): void => sizes.forEach((each) => each.dispose())
  return {
    makes: makesOf(shownBy(model)),
    get compilations() {
      return [...sizes.values()].reduce((sum, each) => sum + each.compilations, 0)
    },
    async draw({ size, ...values }, watch) {
      return await of(size as Options['size']).draw({ ...fewOf(model), ...defined(values) }, watch)
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

function painterOfSize(model: LatentModel, setting: Setting): Painter {
  const shards = asPart(setting.shards)
  const ofCodes = painterOfValues(model.prior, { ...priorSetting(model, setting), shards })
  const decoder = warm<Decoding & { readonly codes: Float32Array; readonly of: OfCodes }, Float32Array>(
    ({ codes, of, ...how }, compiled) => decodedItems(of, codes, how, setting, compiled),
  )
  // parts of a large model take turns in memory
  const isLarge = model.prior.stored !== undefined
  const dispose = (): void => {
    ofCodes.dispose()
    decoder.dispose()
  }
  return {
    makes: makesOf(shownBy(model)),
    get compilations() {
      return ofCodes.compilations + decoder.compilations
    },
    async draw(values, { signal, onProgress, frames } = {}) {
      requireMask(model, values)
      if (isLarge) decoder.release()
      const { draw = usualChoice(model.autoencoder), seed = 0, decodeTile: tile, ...options } = values as Options
      const drawn = await ofCodes.draw(
        { ...options, seed },
        { signal, frames, onProgress: onProgress && (({ step: _, ...progress }) => onProgress(progress)) },
      )
      throwIfAborted(signal)
      if (isLarge) ofCodes.release?.()
      const of = ofStates(model, options.length)
      const codes = seenCodes(of, drawn.array().data as Float32Array)
      const items = await decoder.draw({
        codes,
        of,
        draw,
        seed: Number(seed),
        tile,
        shards,
        loop: 'items',
        signal,
        onProgress: (done, total) => onProgress?.({ phase: 'decode', done, total, unit: 'items' }),
      })
      setting.shards?.requireAll()
      const way: Frame[] = []
      for (const { time, items: seen } of (drawn.frames ?? []) as readonly ItemFrame[]) {
        const shown = await decoder.draw({ codes: seen, of, draw: 'mean', seed: 0, tile, signal })
        way.push({ time, ...valueViews(shownBy(model), shown) })
      }
      const { attention } = drawn
      return drawnValues(shownBy(of), items, {
        ...factsOf(drawn, draw),
        ...(frames && { frames: way }),
        ...(attention && (await import('../words/attention.ts')).attentionBeside(shownBy(model), items, attention)),
      })
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

/** How codes were drawn, and what of their laws is shown. */
function factsOf({ how, howText, classes, captions }: Drawn, draw: string) {
  const named = { ...(classes && { classes }), ...(captions && { captions }) }
  return { how: { ...how, draw }, howText: `${howText}, decoded`, ...named }
}

/** A network for inpainting draws nothing out of nothing. */
function requireMask(model: LatentModel, { condition }: OptionValues): void {
  if (!fillsIn(model) || Object.keys(Object(condition)).length > 0) return
  throw new TweedieError('usage', 'the model fills in what a mask hides, and draws nothing without a picture', {
    hint: '`tweedie restore MODEL PICTURE --task inpaint --mask MASK --prompt "…"`',
  })
}
