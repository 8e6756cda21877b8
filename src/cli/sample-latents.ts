/** What `tweedie sample --encode` and `--decode` do: pictures to latents and back, along the probability flow. */
import { extname } from 'node:path'
import { itemSize } from '../files/data/dataset.ts'
import { parseNpy, writeNpy } from '../files/data/formats/npy.ts'
import { fromNetwork, toNetwork } from '../files/data/frame.ts'
import { clipped } from '../diffusion/denoise/clip.ts'
import { TweedieError } from '../errors.ts'
import { readBytes, writeFileAtomic } from '../files/io/node/files.ts'
import { classesOf } from '../engine/nn/condition-spec.ts'
import { guidedModel } from '../families/values/guided.ts'
import type { Model } from '../families/values/model.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import { timeOfNoiseLevel } from '../diffusion/noise/schedule.ts'
import { requireTimes, sample } from '../diffusion/sample/sample.ts'
import { uniformTimes } from '../diffusion/sample/times.ts'
import { duration, note, print, printJson, sessionOptions } from './common.ts'
import { openFolder } from '../app/node/open-folder.ts'
import { settingFor } from '../app/node/setting.ts'
import { classNumbers } from '../families/class-numbers.ts'
import { chooseGuidance } from '../families/values/guidance-choice.ts'
import { openModel } from './open-model.ts'
import { provenanceOf } from './provenance.ts'
import { requireNew } from './require-new.ts'
import { fitPicture, readPicture, valuesOfBytes } from './restore-picture.ts'
import type { SampleCommandOptions } from './sample.ts'
import { checkOutput, writeOutput } from './sample-output.ts'
import { chooseSampler } from '../families/gaussian-sampler.ts'
import { watched } from './watched.ts'

/** Steps each way, where nothing is said: more than for samples, for what is lost on the way is seen. */
const defaultSteps = 100

/** Walks pictures up to noise, or latents down to pictures, and writes them. */
export async function runLatents(path: string, options: SampleCommandOptions): Promise<void> {
  const { encode, decode, out, seed, force = false } = options
  const up = encode !== undefined
  if (out === undefined) throw new TweedieError('usage', `--${up ? 'encode' : 'decode'}: where to? --out PATH`)
  if (up) await requireNew(out, ['.npy'], force)
  else await checkOutput(out, force)
  const model = await openModel(path)
  const guidance = await chooseGuidance(
    model,
    options,
    (await settingFor(path, await openFolder(path), { ...options })).access,
  )
  if (up && (guidance.w || guidance.classifier)) {
    throw new TweedieError('usage', '--encode goes without guidance: there would be no way back')
  }
  const times = latentTimes(model, options.steps ?? defaultSteps)
  const { sampler } = chooseSampler(model, { ...options, steps: undefined, times, sampler: options.sampler ?? 'ddim' })
  if (up) times.reverse()
  requireTimes(times, sampler)
  if (sampler.stochastic) throw new TweedieError('usage', `${sampler.name} cannot decode: it draws noise on the way`)
  const x = up ? await readItems(model, encode) : await readLatents(model, decode!)
  const batch = x.length / itemSize(model.frame.network)
  const labels = labelsFor(model, options.class, batch)

  const walked = await watched(up ? 'encode' : 'decode', 'sampling', options, async ({ signal, progress }) => {
    using guided = await guidedModel(model, await nodeEngine(), guidance, { batch, ...sessionOptions(options) })
    // a clipped way is no way back
    const denoiser = options.clip ? clipped(guided.denoiser) : guided.denoiser
    let last = x
    for await (const step of sample(denoiser, { sampler, times, x, seed, signal, conditions: labels && { labels } })) {
      last = step.x as Float32Array
      progress.update(step.index + 1, step.total)
    }
    return last.slice()
  })
  const { result: last } = walked
  const seconds = Number(walked.seconds.toFixed(3))

  const provenance = {
    ...provenanceOf('sample', path, model),
    ...(up ? { encode } : { decode }),
    sampler: sampler.name,
    steps: times.length - 1,
    class: options.class ?? null,
  }
  const files = up
    ? await writeLatents(out, model, last)
    : await writeOutput(out, model, itemsOf(model, last), { provenance, force })
  if (options.json) return printJson({ files, count: batch, ...provenance, seconds })
  print(
    `${batch} ${up ? (batch === 1 ? 'latent' : 'latents') : batch === 1 ? 'picture' : 'pictures'}: ${files.join(', ')}`,
  )
  note(`${sampler.name}, ${times.length - 1} steps, ${duration(seconds)}`, options)
}

/** Falling times from the last one with signal to the faintest noise, between which the flow runs both ways. */
function latentTimes({ schedule }: Model, steps: number): number[] {
  const from = Math.min(1, timeOfNoiseLevel(schedule, 80))
  const to = schedule.table ? 1 / schedule.table.steps : timeOfNoiseLevel(schedule, 0.002)
  return uniformTimes(steps, { from, to })
}

/** A picture, or items in an array as `sample` writes them, as the network sees them. */
async function readItems({ frame, scale }: Model, path: string): Promise<Float32Array> {
  if (scale.kind !== 'image') throw new TweedieError('usage', '--encode is for models of images')
  const items =
    extname(path).toLowerCase() === '.npy'
      ? await readArray(path, frame.item)
      : valuesOfBytes(fitPicture(path, await readPicture(path), frame.item, 'the model makes such pictures'))
  return toNetwork(frame, items, new Float32Array((items.length / itemSize(frame.item)) * itemSize(frame.network)))
}

function readLatents({ frame }: Model, path: string): Promise<Float32Array> {
  return readArray(path, frame.network)
}

/** An array `[n, ...shape]`. */
async function readArray(path: string, shape: readonly number[]): Promise<Float32Array> {
  const bytes = await readBytes(path, 'data')
  if (bytes === undefined) throw new TweedieError('data', `${path}: no such file`)
  const { shape: found, data } = parseNpy(bytes)
  if (found.length === shape.length + 1 && found.slice(1).join() === shape.join())
    return Float32Array.from(data, Number)
  throw new TweedieError('data', `${path}: an array [${found.join(', ')}], expected [n, ${shape.join(', ')}]`)
}

async function writeLatents(out: string, { frame }: Model, data: Float32Array): Promise<string[]> {
  const shape = [data.length / itemSize(frame.network), ...frame.network]
  await writeFileAtomic(out, writeNpy({ shape, data }))
  return [out]
}

function itemsOf({ frame }: Model, x: Float32Array) {
  const count = x.length / itemSize(frame.network)
  const items = fromNetwork(frame, x, new Float32Array(count * itemSize(frame.item)))
  return { items, shape: [count, ...frame.item], labels: undefined }
}

/** The classes of all items: as typed, or none, where the model knows what that is. */
function labelsFor(model: Model, text: string | undefined, count: number): Int32Array | undefined {
  if (text !== undefined) return classNumbers(model, text, count)
  if (classesOf(model.network) === 0) return undefined
  if (model.unconditionalLabel !== undefined) return new Int32Array(count).fill(model.unconditionalLabel)
  throw new TweedieError('usage', 'the model must be told a class: no label was ever left out in its training', {
    hint: 'choose one with --class',
  })
}
