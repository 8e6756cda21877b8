/** What `tweedie restore` does. */
import { extname } from 'node:path'
import { itemSize } from '../files/data/dataset.ts'
import { posteriorMethods } from '../diffusion/guidance/methods.ts'
import { imageExtensions, writeImage } from '../files/io/node/images.ts'
import { requireNoise } from '../diffusion/measure/observation.ts'
import { defaultRestoreSteps, restore } from '../families/values/restore.ts'
import { pictureOf } from '../files/show/picture.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import { duration, note, print, printJson, sessionOptions } from './common.ts'
import { openModel } from './open-model.ts'
import { showPictures } from './picture-output.ts'
import { provenanceOf } from './provenance.ts'
import { requireNew } from './require-new.ts'
import { classNumbers } from '../families/class-numbers.ts'
import { observationOf } from './restore-task.ts'
import type { RestoreCommandOptions } from './restore.ts'
import { writeOutput } from './sample-output.ts'
import { inHundredths, watched } from './watched.ts'

/** Draws answers, shows and writes them. */
export async function runRestore(folder: string, picture: string, options: RestoreCommandOptions): Promise<void> {
  const { count, out, method, seed, batch, columns, force = false, task } = options
  const files = out === undefined ? [] : await namesOf(out, count, force)
  const model = await openModel(folder)
  const observed = await observationOf(model, picture, options)
  if (posteriorMethods[method].noise) requireNoise(method, observed)
  const labels = options.class === undefined ? undefined : classNumbers(model, options.class, count)
  const steps = options.steps ?? defaultRestoreSteps[method]

  const { iterations, zeta, lambda, resample } = options
  const { result: restored, seconds } = await watched(
    'restore',
    'the restoration',
    options,
    async ({ signal, progress }) =>
      restore(model, await nodeEngine(), observed, {
        ...sessionOptions(options),
        signal,
        onStep: inHundredths(progress),
        count,
        method,
        steps,
        settings: { iterations, zeta, lambda, resample },
        labels,
        seed,
        batch,
      }),
  )
  const { mean, deviation } = summaryOf(restored.items, itemSize(model.frame.item))
  const largest = Math.max(...deviation)

  const provenance = {
    ...provenanceOf('restore', folder, model),
    picture,
    task,
    sigma: observed.sigma,
    method,
    steps,
    seed,
    class: options.class ?? null,
    simulated: options.simulate ?? false,
  }
  if (out !== undefined) {
    const layout = columns === undefined ? {} : { columns }
    await writeOutput(out, model, { ...restored, labels: undefined }, { provenance, force, ...layout })
    if (files.length === 3) {
      // the spread as brightness: black is none, white is the largest
      const bright = deviation.map((value) => (largest > 0 ? (2 * value) / largest - 1 : -1))
      const write = (path: string, items: Float32Array): Promise<void> =>
        writeImage(path, pictureOf(items, model.scale), { overwrite: force, provenance })
      await write(files[1]!, mean)
      await write(files[2]!, bright)
    }
  }
  if (options.json) {
    return printJson({ files, count, ...provenance, largestDeviation: largest, seconds: Number(seconds.toFixed(3)) })
  }
  showPictures(restored.items, model, options)
  if (files.length > 0) print(`${count} answers: ${files.join(', ')}`)
  note(`seed ${seed}, ${method}, ${steps} steps, sigma ${String(observed.sigma)}, ${duration(seconds)}`, options)
}

/** The files that will be written, none of which may be there. */
async function namesOf(out: string, count: number, force: boolean): Promise<string[]> {
  const extension = extname(out)
  const names = [out]
  if (count > 1 && extension !== '.npy') {
    const stem = out.slice(0, out.length - extension.length)
    names.push(`${stem}-mean${extension}`, `${stem}-std${extension}`)
  }
  for (const name of names) await requireNew(name, [...imageExtensions, '.npy'], force)
  return names
}

/** Mean and standard deviation of each value over the answers. */
function summaryOf(
  items: Float32Array,
  size: number,
): { readonly mean: Float32Array; readonly deviation: Float32Array } {
  const count = items.length / size
  const mean = new Float32Array(size)
  items.forEach((value, i) => (mean[i % size]! += value / count))
  const square = new Float64Array(size)
  items.forEach((value, i) => (square[i % size]! += (value - mean[i % size]!) ** 2 / Math.max(1, count - 1)))
  return { mean, deviation: Float32Array.from(square, Math.sqrt) }
}
