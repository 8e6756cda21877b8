/**
 * Bits per character of held-out text: uniform and absorbing kernels in T steps and masks in continuous time (MDLM), the same
 * transformer trained for the same number of steps on the same windows, beside an n-gram model with back-off. Less is better.
 *
 *     npx tsx bench/text.ts CORPUS [--steps 1000] [--widths 192] [--depth 4] [--process-steps 1000] [--items 256] [--terms 32]
 *                           [--hold-out 0.1] [--grams 5] [--json]
 *
 * The last columns: how much of the samples' n-grams, drawn in 256 steps, occurs in the text that was trained on.
 */
import { parseArgs } from 'node:util'
import { holdOut } from '../src/data/hold-out.ts'
import { readCorpus } from '../src/data/node/read-corpus.ts'
import type { DiscreteSpec } from '../src/discrete/index.ts'
import { knownShare } from '../src/eval/ngram.ts'
import { ngramBaseline, textOfDataset, tokenBound } from '../src/eval/text-report.ts'
import { categoricalDenoiser } from '../src/model/categorical-denoiser.ts'
import { generateTokens } from '../src/model/generate-tokens.ts'
import { isTokenModel } from '../src/model/any-model.ts'
import { textOf } from '../src/model/token-text.ts'
import { nodeEngine } from '../src/runtime/node.ts'
import { defaultTokenSpec } from '../src/train/token-defaults.ts'
import { train } from '../src/train/train.ts'

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

const order = Number(values.grams)
const baseline = ngramBaseline(dataset, heldOut, order)
const rows = []
for (const [name, process] of Object.entries(processes)) rows.push({ name, ...(await judged(process)) })

if (values.json) console.log(JSON.stringify({ baseline, rows }, null, 2))
else {
  console.log(`| process | bits/char, a bound | known ${order}-grams | training |\n|---|---|---|---|`)
  for (const { name, bits, error, known, seconds } of rows) {
    console.log(
      `| ${name} | ${bits.toFixed(3)} ± ${error.toFixed(3)} | ${(100 * known).toFixed(1)} % | ${seconds.toFixed(0)} s |`,
    )
  }
  console.log(`| ${order}-grams with back-off | ${baseline.toFixed(3)} | | |`)
}
process.exit(0)

/** Trains on a process, and measures what came of it. */
async function judged(process: Partial<DiscreteSpec>) {
  const spec = defaultTokenSpec(dataset, {
    budget: { steps: Number(values.steps) },
    process,
    widths: [Number(values.widths)],
    depth: Number(values.depth),
  })
  for await (const event of train({ spec, dataset, engine, checkpointEvery: Number(values.steps) })) {
    if (event.type === 'log') console.error(`${spec.process.kernel} ${event.line.step}: ${event.line.loss.toFixed(4)}`)
    if (event.type !== 'checkpoint' || event.checkpoint.state.step < Number(values.steps)) continue
    const { model, checkpoint } = event
    if (!isTokenModel(model)) throw new Error('a model of tokens is expected')
    using denoiser = await categoricalDenoiser(model, engine, { batch: 16 })
    const options = { items: Number(values.items), terms: Number(values.terms) }
    const { bitsPerCharacter } = await tokenBound(denoiser, heldOut, options)
    const { tokens } = await generateTokens(model, engine, { count: 16, seed: 1, steps: 256 })
    const { elapsed } = checkpoint.run.progress as { elapsed: number }
    return {
      bits: bitsPerCharacter!.mean,
      error: bitsPerCharacter!.error,
      known: knownShare(textOf(model, tokens), textOfDataset(dataset), order),
      seconds: elapsed / 1000,
    }
  }
  throw new Error('training ended without a checkpoint')
}
