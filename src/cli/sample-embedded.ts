/** What `tweedie sample` does with a model of text as noisy embeddings. */
import { extname } from 'node:path'
import { TweedieError } from '../errors.ts'
import { writeFileAtomic } from '../files/io/node/files.ts'
import { type EmbeddingModel, withTextLength } from '../families/embeddings/model.ts'
import { generateEmbedded } from '../families/embeddings/generate.ts'
import { textOf } from '../files/show/token-text.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import { duration, note, print, printJson, sessionOptions } from './common.ts'
import { chooseEmbeddedSampler } from '../families/embeddings/sampler-choice.ts'
import { guidanceAttributes } from './guidance-options.ts'
import { liveText } from './live-text.ts'
import { openEmbeddingModel } from './open-model.ts'
import { kebab } from './option-name.ts'
import { provenanceOf } from './provenance.ts'
import { requireNew } from './require-new.ts'
import { parseRequirements } from './requirements.ts'
import type { SampleCommandOptions } from './sample.ts'
import { stepsText } from '../families/gaussian-sampler.ts'
import { encodeTexts, frameText, shownText } from './text-output.ts'
import { watched } from './watched.ts'

/** The options as they are typed. */
type SampleEmbeddedOptions = Omit<SampleCommandOptions, 'count'> & { readonly count?: number | undefined }

/** What means nothing to such a model. */
const idle = [
  'class',
  ...guidanceAttributes,
  'clip',
  'arithmetic',
  'columns',
  'data',
  'encode',
  'decode',
  'infill',
  'temperature',
] as const

/** Draws, shows the text as it comes to be, and writes it. */
export async function runSampleEmbedded(path: string, options: SampleEmbeddedOptions): Promise<void> {
  refuseIdle(options)
  const { out, trajectory, force = false, seed, count = 1, clamp = false, fluency } = options
  if (out !== undefined) await requireNew(out, ['.txt', '.json', '.npy'], force)
  if (trajectory !== undefined) await requireNew(trajectory, ['.txt'], force)
  const opened = await openEmbeddingModel(path)
  const model = options.length === undefined ? opened : withTextLength(opened, options.length)
  const required = requirementsOf(model, options.require ?? [])
  if (fluency !== undefined && required.length === 0) {
    throw new TweedieError('usage', '--fluency weighs against --require, and nothing is required')
  }
  if (options.require && options.sampler !== undefined) {
    throw new TweedieError('usage', `--require has a sampler of its own, ${options.sampler} does not go with it`)
  }
  const { sampler, times, steps } = chooseEmbeddedSampler(model, options)
  const frames: string[] = []

  using live = liveText(process.stdout)
  const shows = process.stdout.isTTY && !options.json && !options.quiet
  const drawn = await watched('sample', 'sampling', options, async ({ signal, progress }) =>
    generateEmbedded(model, await nodeEngine(), {
      ...sessionOptions(options),
      count,
      seed,
      ...(required.length === 0 && { sampler }),
      times,
      clamp,
      require: required,
      control: fluency === undefined ? {} : { lambda: fluency },
      batch: options.batch,
      signal,
      onStep({ done, total, firstItem, step, tokens: now }) {
        if (shows) live.show(textOf(model, now()).join('\n\n'))
        else progress.update(done, total)
        if (trajectory !== undefined && firstItem === 0) frames.push(frameText(step.s, textOf(model, now())))
      },
    }),
  )
  const { tokens } = drawn.result
  live.clear()
  const { seconds } = drawn

  const provenance = {
    ...provenanceOf('sample', path, model),
    seed,
    sampler: required.length === 0 ? sampler.name : 'controlled',
    steps: steps ?? null,
    clamp,
    ...(options.require && { require: options.require }),
    ...(fluency !== undefined && { fluency }),
  }
  const texts = textOf(model, tokens)
  if (out !== undefined) {
    const result = { tokens, shape: [count, ...model.shape], texts, provenance }
    await writeFileAtomic(out, encodeTexts(extname(out).toLowerCase(), result))
  }
  if (trajectory !== undefined) await writeFileAtomic(trajectory, frames.join('\n'))
  if (options.json) return printJson({ texts, count, ...provenance, out, seconds: Number(seconds.toFixed(3)) })
  if (out === undefined || process.stdout.isTTY) texts.forEach((text, i) => print(shownText(text, i, count)))
  if (out !== undefined) print(`${count} samples: ${out}`)
  note(`seed ${seed}, ${provenance.sampler}, ${stepsText(steps)}, ${duration(seconds)}`, options)
}

function refuseIdle(options: SampleEmbeddedOptions): void {
  const name = idle.find((each) => options[each] !== undefined)
  if (name === undefined) return
  throw new TweedieError('usage', `--${kebab(name)} means nothing to a model of noisy embeddings`, {
    hint: '--clamp and --require are for such models',
  })
}

function requirementsOf({ look }: EmbeddingModel, texts: readonly string[]) {
  if (texts.length === 0) return []
  if (look.kind === 'text') return texts.flatMap((text) => parseRequirements(text, look.tokenizer))
  throw new TweedieError('usage', `--require is for models of text, and this one is of ${look.kind}`)
}
