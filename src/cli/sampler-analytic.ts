/** Analytic-DPM on the command line: the variances of its steps, measured once on training data and kept with the model. */
import { clipped } from '../diffusion/denoise/clip.ts'
import { TweedieError } from '../errors.ts'
import { folderStore } from '../tools/eval/node/folder-store.ts'
import { digest } from '../tools/eval/digest.ts'
import { measureVariances, showTo } from '../families/values/bound-variances.ts'
import { modelDenoiser } from '../compiled/denoiser.ts'
import type { Model } from '../families/values/model.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import { analyticDpm } from '../diffusion/sample/analytic-dpm.ts'
import type { Sampler } from '../diffusion/sample/sampler.ts'
import { type EngineOptions, note, sessionOptions, startProgress, type Verbosity } from './common.ts'
import { type DataOptions, sourceOf } from './eval-data.ts'
import { openData } from './open-data.ts'

/** Items that are measured on, and at a time. */
const measured = { items: 128, batch: 64 }

/** What is kept beside the model. */
interface Kept {
  /** Of which weights, and how. */
  readonly of: string
  /** E Var[x₀ | x_t] by time. */
  readonly variances: Readonly<Record<string, number>>
}

/**
 * The sampler of this name with its variances at the times of a run: from the model's folder, or else measured on the data
 * that it was trained on.
 *
 * @throws TweedieError `usage` where the data are not known
 */
export async function measuredSampler(
  { name }: Sampler,
  folder: string,
  model: Model,
  times: readonly number[],
  options: DataOptions &
    EngineOptions &
    Verbosity & { readonly clip?: boolean | undefined; readonly signal?: AbortSignal },
): Promise<Sampler> {
  const clip = options.clip ?? model.scale.kind !== 'points'
  const store = folderStore(folder)
  const of = `${await digest(model.weights)}, ${measured.items} items${clip ? ', clipped' : ''}`
  const bytes = await store.read(file)
  const found = bytes ? (JSON.parse(new TextDecoder().decode(bytes)) as Kept) : undefined
  const known = new Map(found?.of === of ? Object.entries(found.variances) : [])
  const missing = times.slice(0, -1).filter((t) => !known.has(String(t)))
  if (missing.length > 0) {
    const source = await sourceOf(folder, model, options).catch((cause: unknown) => {
      throw new TweedieError('usage', `--sampler ${name} measures its variances on training data, which is not known`, {
        hint: 'name them: --data PATH',
        cause,
      })
    })
    const data = await openData(source, options)
    using progress = await startProgress('measuring variances', options)
    using denoiser = await modelDenoiser(model, await nodeEngine(), {
      batch: measured.batch,
      ...sessionOptions(options),
    })
    const { posterior } = await measureVariances({
      denoiser: clip ? clipped(denoiser) : denoiser,
      batch: measured.batch,
      data,
      items: measured.items,
      seed: 0,
      posterior: missing,
      show: showTo(model),
      signal: options.signal,
      onProgress: progress.update,
    })
    for (const [t, variance] of posterior) known.set(String(t), variance)
    const kept: Kept = { of, variances: Object.fromEntries(known) }
    await store.write(file, new TextEncoder().encode(`${JSON.stringify(kept, null, 2)}\n`)).catch(() => undefined)
    note(`variances of ${missing.length} steps measured on ${data.name}`, options)
  }
  const eta = name === 'analytic-ddim' ? 0 : 1
  return analyticDpm({ variance: (t) => known.get(String(t))!, eta })
}

const file = 'variances.json'
