/**
 * Bits per character of held-out text: uniform and absorbing kernels in T steps, masks in continuous time (MDLM) and noisy
 * embeddings (Diffusion-LM), transformers of one size trained for the same number of steps on the same windows, beside an n-gram
 * model with back-off. Less is better.
 *
 *     npx tsx bench/text.ts CORPUS [--steps 1000] [--widths 192] [--depth 4] [--process-steps 1000] [--items 256] [--terms 32]
 *                           [--hold-out 0.1] [--grams 5] [--json]
 *
 * The last columns: how much of the samples' n-grams, drawn in 256 steps, occurs in the text that was trained on, and how far their
 * characters' shares are from the text's (Jensen–Shannon, bits). `npx tsx bench/diffusion-lm.ts` has control.
 */
import { parseArgs } from 'node:util'
import { holdOut } from '../src/files/data/hold-out.ts'
import { readCorpus } from '../src/files/data/node/read-corpus.ts'
import type { DiscreteSpec } from '../src/diffusion/discrete/index.ts'
import { embeddedBound, judgeTexts, ngramBaseline, tokenBound, type TokenBound } from '../src/tools/eval/text-report.ts'
import { categoricalDenoiser } from '../src/compiled/categorical-denoiser.ts'
import { modelDenoiser } from '../src/compiled/denoiser.ts'
import { type EmbeddingModel, embeddingsOf } from '../src/families/embeddings/model.ts'
import { generateEmbedded } from '../src/families/embeddings/generate.ts'
import { generateTokens } from '../src/families/tokens/generate.ts'
import { timesOf } from '../src/diffusion/sample/default-times.ts'
import type { TokenModel } from '../src/families/tokens/model.ts'
import { textOf } from '../src/files/show/token-text.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { defaultEmbeddedSpec } from '../src/families/embeddings/defaults.ts'
import type { EmbeddedTrainSpec } from '../src/families/embeddings/spec.ts'
import type { TokenTrainSpec } from '../src/families/tokens/spec.ts'
import { defaultTokenSpec } from '../src/families/tokens/defaults.ts'
import { train } from '../src/app/train.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '1000' },
    widths: { type: 'string', default: '192' },
    depth: { type: 'string', default: '4' },
    'process-steps': { type: 'string', default: '1000' },
    items: { type: 'string', default: '256' },
    terms: { type: 'string', default: '32' },
    'hold-out': { type: 'string', default: '0.1' },
    grams: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})
const [path] = positionals
if (path === undefined) throw new Error('which text? npx tsx bench/text.ts CORPUS')

const engine = await nodeEngine()
const parts = holdOut(await readCorpus(path, { tokenizer: 'characters', length: 128 }), Number(values['hold-out']))
const { train: dataset, heldOut } = parts
const steps = Number(values['process-steps'])
const processes: Readonly<Record<string, Partial<DiscreteSpec>>> = {
  [`uniform, ${steps} steps`]: { kernel: 'uniform', steps },
  [`absorbing, ${steps} steps`]: { kernel: 'absorbing', steps },
  'masks in continuous time': { kernel: 'absorbing', steps: null },
}

/** How all of them are trained. */
const choices = {
  budget: { steps: Number(values.steps) },
  widths: [Number(values.widths)],
  depth: Number(values.depth),
}
const specs: Readonly<Record<string, () => TextSpec>> = {
  ...Object.fromEntries(
    Object.entries(processes).map(([name, process]) => [
      name,
      () => defaultTokenSpec(dataset, { ...choices, process }),
    ]),
  ),
  'noisy embeddings (Diffusion-LM)': () => defaultEmbeddedSpec(dataset, choices),
}

const order = Number(values.grams)
const baseline = ngramBaseline(dataset, heldOut, order)
const rows = []
for (const [name, spec] of Object.entries(specs)) rows.push({ name, ...(await judged(name, spec())) })

if (values.json) console.log(JSON.stringify({ baseline, rows }, null, 2))
else {
  console.log(`| process | bits/char, a bound | known ${order}-grams | characters | training |\n|---|---|---|---|---|`)
  for (const { name, bits, samples, seconds } of rows) {
    const known = `${(100 * samples.knownGrams).toFixed(1)} % | ${samples.unigramDivergence.toFixed(4)}`
    console.log(`| ${name} | ${bits.mean.toFixed(3)} ± ${bits.error.toFixed(3)} | ${known} | ${seconds.toFixed(0)} s |`)
  }
  console.log(`| ${order}-grams with back-off | ${baseline.toFixed(3)} | | | |`)
}
process.exit(0)

type TextSpec = TokenTrainSpec | EmbeddedTrainSpec

/** Trains by a specification, and measures what came of it. */
async function judged(name: string, spec: TextSpec) {
  for await (const event of train<TokenModel | EmbeddingModel>({
    spec,
    dataset,
    engine,
    checkpointEvery: choices.budget.steps,
  })) {
    if (event.type === 'log') console.error(`${name} ${event.line.step}: ${event.line.loss.toFixed(4)}`)
    if (event.type !== 'checkpoint' || event.checkpoint.state.step < choices.budget.steps) continue
    const { model, checkpoint } = event
    const { elapsed } = checkpoint.run.progress as { elapsed: number }
    return {
      bits: (await boundOf(model)).bitsPerCharacter!,
      samples: judgeTexts(textOf(model, await samplesOf(model)), dataset, order),
      seconds: elapsed / 1000,
    }
  }
  throw new Error('training ended without a checkpoint')
}

async function boundOf(model: TokenModel | EmbeddingModel): Promise<TokenBound> {
  const options = { items: Number(values.items), terms: Number(values.terms) }
  if (model.family === 'tokens') {
    using denoiser = await categoricalDenoiser(model, engine, { batch: 16 })
    return await tokenBound(denoiser, heldOut, options)
  }
  using denoiser = await modelDenoiser(model, engine, { batch: 16 })
  return await embeddedBound(denoiser, embeddingsOf(model), heldOut, { ...options, train: dataset })
}

async function samplesOf(model: TokenModel | EmbeddingModel): Promise<Int32Array> {
  const [options, steps] = [{ count: 16, seed: 1 }, 256]
  if (model.family === 'tokens') return (await generateTokens(model, engine, { ...options, steps })).tokens
  return (await generateEmbedded(model, engine, { ...options, times: timesOf(model.schedule, steps) })).tokens
}
