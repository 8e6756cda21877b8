/** Analytic-DPM: the variances of its steps, measured once on training data and kept with the model. */
import { isArrays } from '../../files/data/any-dataset.ts'
import * as z from 'zod/mini'
import { promptEncoder } from '../../compiled/prompts/prompt-encoder.ts'
import { sessionOf } from '../session-of.ts'
import { modelDenoiser } from '../../compiled/denoiser.ts'
import { clippedAs, clipOf } from '../../compiled/sampling.ts'
import { analyticDpm } from '../../diffusion/sample/analytic-dpm.ts'
import type { Sampler } from '../../diffusion/sample/sampler.ts'
import { isTweedieError, TweedieError } from '../../errors.ts'
import { digest } from '../../tools/eval/digest.ts'
import type { Store } from '../../tools/eval/store.ts'
import type { Setting } from '../family.ts'
import { measureVariances, feederOf } from './bound-variances.ts'
import type { Model } from './model.ts'

/** Items that are measured on, and at a time. */
const measured = { items: 128, batch: 64 }

/** Its name in the store. */
const file = 'variances.json'

/** The stored file: a digest of the weights, the settings, and E Var[x₀ | x_t] by time. */
const kept = z.object({ of: z.string(), variances: z.record(z.string(), z.number()) })

/**
 * The sampler of this name with its variances at the times of a run: from the store, or else measured on the data that the model
 * was trained on.
 *
 * @param options `clip`: as when sampling; `data`: other data to measure on
 * @throws TweedieError `usage` where the data are not known
 */
export async function measuredSampler(
  { name }: Sampler,
  model: Model,
  times: readonly number[],
  options: { readonly clip?: boolean | undefined; readonly data?: string | undefined },
  setting: Setting,
): Promise<Sampler> {
  const clip = clipOf(model, options.clip)
  const of = `${await digest(model.weights)}, ${measured.items} items${clip ? ', clipped' : ''}`
  const known = await knownVariances(setting.store, of)
  const missing = times.slice(0, -1).filter((t) => !known.has(String(t)))
  if (missing.length > 0) {
    const { train } = await setting.access.data(options.data).catch((cause: unknown) => {
      if (!isTweedieError(cause, 'usage')) throw cause
      throw new TweedieError(
        'usage',
        `\`sampler: ${name}\` measures its variances on training data, which is not known`,
        {
          hint: 'name them: `data: PATH`',
          cause,
        },
      )
    })
    if (!isArrays(train))
      throw new TweedieError('data', `${train.name}: ${train.kind}, where images or points are needed`)
    using denoiser = await modelDenoiser(model, setting.engine, {
      batch: measured.batch,
      ...(setting.device !== undefined && { device: setting.device }),
      ...(setting.threads !== undefined && { threads: setting.threads }),
    })
    using words = model.words && promptEncoder(model.words, setting.engine, sessionOf(setting))
    const { posterior } = await measureVariances({
      denoiser: clippedAs(model, denoiser, options.clip),
      batch: measured.batch,
      data: train,
      items: measured.items,
      seed: 0,
      posterior: missing,
      feed: feederOf(model, words),
      signal: setting.signal,
      onProgress: (done, total) => setting.onProgress?.({ phase: 'measuring variances', done, total, unit: 'items' }),
    })
    for (const [t, variance] of posterior) known.set(String(t), variance)
    const content: z.infer<typeof kept> = { of, variances: Object.fromEntries(known) }
    await setting.store.write(file, new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`))
    setting.onRemark?.(`variances of ${missing.length} steps measured on ${train.name}`)
  }
  return analyticDpm({ variance: (t) => known.get(String(t))!, eta: name === 'analytic-ddim' ? 0 : 1 })
}

/** Variances measured before on these weights; undefined if the file is of other weights, or broken. */
async function knownVariances(store: Store, of: string): Promise<Map<string, number>> {
  const bytes = await store.read(file)
  const { data } = kept.safeParse(bytes && attempt(() => JSON.parse(new TextDecoder().decode(bytes)) as unknown))
  return new Map(data?.of === of ? Object.entries(data.variances) : [])
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
