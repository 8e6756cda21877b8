/** What `tweedie sample` does with a model of tokens: text, maps, rows of tables. */
import { extname } from 'node:path'
import { TweedieError } from '../errors.ts'
import { writeFileAtomic } from '../files/io/node/files.ts'
import { animationExtensions, imageExtensions, writeAnimation, writeImage } from '../files/io/node/images.ts'
import { previewText, terminalColors } from '../files/io/terminal.ts'
import { generateTokens } from '../families/tokens/generate.ts'
import { type TokenModel, withLength } from '../families/tokens/model.ts'
import { isPicture, tokenPictureOf } from '../files/show/token-picture.ts'
import { textOf } from '../files/show/token-text.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import { parseInfill } from '../files/text/index.ts'
import { duration, note, print, printJson, sessionOptions } from './common.ts'
import { classNumbers } from '../families/class-numbers.ts'
import { liveText } from './live-text.ts'
import { openTokenModel } from './open-model.ts'
import { provenanceOf } from './provenance.ts'
import { requireNew } from './require-new.ts'
import type { SampleCommandOptions } from './sample.ts'
import { refuseEmbeddedOptions, refuseValueOptions, type TextOptions } from './text-options.ts'
import { encodeTexts, frameText, shownText } from './text-output.ts'
import { chooseTokenSampler } from '../families/tokens/sampler-choice.ts'
import { watched } from './watched.ts'

/** How many samples where nothing is said; a text is long enough alone. */
const defaultCounts = { text: 1, map: 16, levels: 16, table: 16 }

/** The options as they are typed. */
type SampleTextOptions = Omit<SampleCommandOptions, 'count'> & { readonly count?: number | undefined }

/** Draws, shows the text as it comes to be, and writes it. */
export async function runSampleText(path: string, options: SampleTextOptions): Promise<void> {
  refuseValueOptions(options)
  refuseEmbeddedOptions(options)
  const { out, trajectory, force = false, seed, columns, temperature } = options
  const opened = await openTokenModel(path)
  const picture = isPicture(opened)
  if (out !== undefined) await requireNew(out, extensionsFor(picture), force)
  if (trajectory !== undefined) await requireNew(trajectory, picture ? animationExtensions : ['.txt'], force)
  const given = givenOf(opened, options)
  const model = given ? withLength(opened, given.length) : lengthened(opened, options.length)
  const count = options.count ?? defaultCounts[opened.look.kind]
  const labels = options.class === undefined ? undefined : classNumbers(model, options.class, count)
  const sampler = chooseTokenSampler(model, options.sampler)
  const frames: { readonly t: number; readonly tokens: Int32Array }[] = []

  using live = liveText(process.stdout)
  const shows = process.stdout.isTTY && !options.json && !options.quiet && !picture
  const drawn = await watched('sample', 'sampling', options, async ({ signal, progress }) =>
    generateTokens(model, await nodeEngine(), {
      ...sessionOptions(options),
      count,
      seed,
      sampler,
      temperature,
      labels,
      steps: options.steps,
      guidance: options.guidance,
      given,
      batch: options.batch,
      signal,
      onStep({ done, total, firstItem, step }) {
        if (shows) live.show(textOf(model, step.x).join('\n\n'))
        else progress.update(done, total)
        if (trajectory !== undefined && firstItem === 0) frames.push({ t: step.s, tokens: step.x.slice() })
      },
    }),
  )
  const { tokens, evaluations } = drawn.result
  live.clear()
  const { seconds } = drawn

  const steps = options.steps ?? model.process.spec.steps ?? 256
  const provenance = {
    ...provenanceOf('sample', path, model),
    seed,
    sampler: sampler?.name ?? (model.process.mask === null ? 'ancestral' : 'mdlm'),
    steps,
    temperature: temperature ?? 1,
    ...(options.infill !== undefined && { infill: options.infill }),
    class: options.class ?? null,
    guidance: options.guidance ?? 0,
  }
  const layout = columns === undefined ? {} : { columns }
  const raster = (shown: Int32Array) => tokenPictureOf(model, shown, model.process.categories, layout)
  const texts = textOf(model, tokens)
  if (out !== undefined) {
    const extension = extname(out).toLowerCase()
    if (imageExtensions.includes(extension)) await writeImage(out, raster(tokens), { overwrite: force, provenance })
    else {
      const result = { tokens, shape: [count, ...model.shape], texts, provenance }
      await writeFileAtomic(out, encodeTexts(extension, result))
    }
  }
  if (trajectory !== undefined) {
    if (picture) {
      const pictures = frames.map((frame) => raster(frame.tokens))
      await writeAnimation(trajectory, pictures, { overwrite: force, provenance })
    } else {
      const shown = frames.map((frame) => frameText(frame.t, textOf(model, frame.tokens)))
      await writeFileAtomic(trajectory, shown.join('\n'))
    }
  }
  if (options.json) {
    return printJson({ texts, count, ...provenance, evaluations, out, seconds: Number(seconds.toFixed(3)) })
  }
  if (out === undefined || process.stdout.isTTY) {
    const colors = terminalColors(process.env, process.stdout.isTTY ?? false)
    const width = process.stdout.columns ?? 80
    if (picture) print(previewText(raster(tokens), { colors, columns: width }))
    else texts.forEach((text, i) => print(shownText(text, i, count)))
  }
  if (out !== undefined) print(`${count} samples: ${out}`)
  note(`seed ${seed}, ${provenance.sampler}, ${steps} steps, ${evaluations} evaluations, ${duration(seconds)}`, options)
}

/** What of a text is given: a template's tokens, −1 in its gaps. */
function givenOf(model: TokenModel, { infill, length }: TextOptions): Int32Array | undefined {
  if (infill === undefined) return undefined
  if (model.look.kind !== 'text') {
    throw new TweedieError('usage', `--infill is for models of text, and this one is of ${model.look.kind}`)
  }
  const open = /\[MASK(?:…|\.\.\.)\]/.test(infill)
  return parseInfill(infill, model.look.tokenizer, length ?? (open ? model.shape[0]! : undefined)).tokens
}

const lengthened = (model: TokenModel, length: number | undefined): TokenModel =>
  length === undefined ? model : withLength(model, length)

const extensionsFor = (picture: boolean): readonly string[] =>
  picture ? [...imageExtensions, '.npy', '.json'] : ['.txt', '.json', '.npy']
