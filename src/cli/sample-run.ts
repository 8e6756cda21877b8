/** What `tweedie sample` does. */
import { itemSize } from '../files/data/dataset.ts'
import { animationExtensions, writeAnimation } from '../files/io/node/images.ts'
import { terminalColors } from '../files/io/terminal.ts'
import { generate } from '../families/values/generate.ts'
import type { Generated } from '../families/values/generate.ts'
import type { Model } from '../families/values/model.ts'
import { pictureOf, textPictureOf } from '../files/show/picture.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import { duration, note, print, printJson, sessionOptions } from './common.ts'
import { classNumbers } from '../families/class-numbers.ts'
import { chooseGuidance } from '../families/values/guidance-choice.ts'
import { openModel } from './open-model.ts'
import { provenanceOf } from './provenance.ts'
import { requireNew } from './require-new.ts'
import { measuredSampler } from '../families/values/measured-sampler.ts'
import { chooseSampler, needsData, stepsText } from '../families/gaussian-sampler.ts'
import type { SampleCommandOptions } from './sample.ts'
import { checkOutput, writeOutput } from './sample-output.ts'
import { openFolder } from '../app/node/open-folder.ts'
import { settingFor, type Watch } from '../app/node/setting.ts'
import { attended, watched } from './watched.ts'

/** Draws samples, shows and writes them. */
export async function runSample(path: string, options: SampleCommandOptions): Promise<void> {
  const { count, out, seed, batch, clip, columns, arithmetic, trajectory, force = false } = options
  if (out !== undefined) await checkOutput(out, force)
  if (trajectory !== undefined) await requireNew(trajectory, animationExtensions, force)
  const model = await openModel(path)
  const { sampler: chosen, times, steps } = chooseSampler(model, options)
  const opened = await openFolder(path)
  const guidance = await chooseGuidance(model, options, (await settingFor(path, opened, { ...options })).access)
  const { classifier } = guidance
  const named = model.classNames.length > 0 || !classifier ? model : classifier
  const labels = options.class === undefined ? undefined : classNumbers(named, options.class, count)
  const frames = trajectory === undefined ? undefined : new Frames(count * itemSize(model.frame.item))

  const measured = async (watch: Watch) =>
    measuredSampler(chosen, model, times, options, await settingFor(path, opened, { ...options }, {}, watch))
  const sampler = needsData(chosen) ? (await attended('sampling', options, measured)).result : chosen
  const { result: samples, seconds } = await watched('sample', 'sampling', options, async ({ signal, progress }) =>
    generate(model, await nodeEngine(), {
      ...sessionOptions(options),
      count,
      seed,
      batch,
      arithmetic,
      clip,
      guidance,
      labels,
      sampler,
      times,
      signal,
      onStep({ done, total, firstItem, step, toItems }) {
        progress.update(done, total)
        frames?.put(step.index, firstItem * itemSize(model.frame.item), toItems(step.x))
      },
    }),
  )

  const provenance = {
    ...provenanceOf('sample', path, model),
    seed,
    sampler: sampler.name,
    steps: steps ?? null,
    spacing: options.spacing ?? null,
    ...(options.times && { times: options.times }),
    ...(options.eta !== undefined && { eta: options.eta }),
    ...(options.churn !== undefined && { churn: options.churn }),
    ...(arithmetic === 'int8' && { arithmetic }),
    class: options.class ?? null,
    guidance: options.guidance ?? 0,
    ...(options.negative !== undefined && { negative: options.negative }),
    ...(options.weak !== undefined && { weak: options.weak }),
    ...(classifier && { classifier: options.classifier, classifierScale: options.classifierScale ?? 1 }),
  }
  const layout = columns === undefined ? {} : { columns }
  const files = out === undefined ? [] : await writeOutput(out, model, samples, { provenance, force, ...layout })
  if (frames && trajectory !== undefined) {
    const pictures = frames.all.map((items) => pictureOf(items, model.scale, layout))
    await writeAnimation(trajectory, pictures, { overwrite: force, provenance })
    files.push(trajectory)
  }
  if (options.json) {
    const classes = samples.labels && Array.from(samples.labels, (label) => named.classNames[label])
    return printJson({
      files,
      count,
      shape: samples.shape,
      classes,
      ...provenance,
      seconds: Number(seconds.toFixed(3)),
    })
  }
  if (out === undefined || process.stdout.isTTY) preview(model, samples, options)
  if (files.length > 0)
    print(`${count} samples: ${files.length > 3 ? `${files.length} files in ${out}` : files.join(', ')}`)
  note(`seed ${seed}, ${sampler.name}, ${stepsText(steps)}, ${duration(seconds)}`, options)
}

/** The pictures on the way, all batches side by side. */
class Frames {
  readonly all: Float32Array[] = []
  readonly #size: number

  constructor(size: number) {
    this.#size = size
  }

  put(index: number, at: number, items: Float32Array): void {
    const frame = (this.all[index] ??= new Float32Array(this.#size))
    frame.set(items, at)
  }
}

/** As many samples as make sense in a terminal: images no smaller than half their size, in three rows at most. */
function preview(model: Model, { items, shape }: Generated, options: SampleCommandOptions): void {
  const [count, ...item] = shape as [number, ...number[]]
  const width = process.stdout.columns ?? 80
  const colors = terminalColors(process.env, process.stdout.isTTY ?? false)
  if (item.length !== 3) return print(textPictureOf(items, model.scale, { colors, width }))
  const columns = options.columns ?? Math.max(1, Math.min(count, Math.floor((2 * width) / (item[2]! + 2))))
  const shown = Math.min(count, 3 * columns)
  print(textPictureOf(items.subarray(0, shown * itemSize(item)), model.scale, { colors, width, columns }))
}
