/**
 * Control of text by gradients, Diffusion-LM's: how often what is required holds, and what it costs in fluency. For each task, samples of
 * a trained model without control (how often it holds by chance) and with it.
 *
 *     npx tweedie train tinyshakespeare.txt --objective diffusion-lm --length 64 --minutes 60 --out runs/lm
 *     npx tsx bench/diffusion-lm.ts runs/lm --data tinyshakespeare.txt [--count 64] [--steps 200] [--fluency 0.01] [--no-clamp] [--json]
 *
 * Every text counts as a whole: all that is required of it, or none. Fluency is the share of the samples' 5-grams that occur in the
 * text. The tasks are what `--require` takes; another one: `--require '[A-Z]@0-3 the@8'`, its parts apart by spaces.
 */
import { parseArgs } from 'node:util'
import { parseRequirements } from '../src/families/embeddings/requirements.ts'
import { holdOut } from '../src/files/data/hold-out.ts'
import { readCorpus } from '../src/files/data/node/read-corpus.ts'
import { allowedTokens, meets } from '../src/diffusion/discrete/index.ts'
import { judgeTexts } from '../src/tools/eval/text-report.ts'
import { readModelFolder } from '../src/files/io/node/index.ts'
import { embeddingModelOf } from '../src/families/embeddings/model.ts'
import { generateEmbedded } from '../src/families/embeddings/generate.ts'
import { timesOf } from '../src/diffusion/sample/default-times.ts'
import { textOf } from '../src/files/show/token-text.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    data: { type: 'string', default: '../shared/data/text/tinyshakespeare.txt' },
    count: { type: 'string', default: '64' },
    steps: { type: 'string', default: '200' },
    fluency: { type: 'string', default: '0.01' },
    clamp: { type: 'boolean', default: true },
    require: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const [folder] = positionals
if (folder === undefined) throw new Error('which model? npx tsx bench/diffusion-lm.ts MODEL --data TEXT')

/** What is required, by name. */
const tasks: Readonly<Record<string, readonly string[]>> =
  values.require === undefined
    ? {
        'a word at a place': ['king@12'],
        'two words': ['love@4', 'death@20'],
        'a capital at the start of a line': ['\n@15', '[A-Z]@16'],
        'a line of 24 characters': [String.raw`[^\n]@0-23`, '\n@24'],
        'no e anywhere': ['[^eE]@0-63'],
      }
    : { [values.require]: values.require.split(' ') }

const model = embeddingModelOf(await readModelFolder(folder))
const { vocabulary, shape, schedule, network } = model
if (vocabulary.kind !== 'text') throw new Error('a model of text is expected')
const { tokenizer } = vocabulary
const [length] = shape as [number]
const { train } = holdOut(await readCorpus(values.data, { tokenizer: 'characters', length }), 0.1)
const engine = await nodeEngine()
const common = {
  count: Number(values.count),
  seed: values.seed,
  times: timesOf(schedule, Number(values.steps)),
  clamp: values.clamp,
}

const free = await drawn({})
const rows = []
for (const [task, said] of Object.entries(tasks)) {
  const require = said.flatMap((text) => parseRequirements(text, tokenizer))
  const allowed = allowedTokens(require, length, network.vocabulary.tokens)
  const held = (tokens: Int32Array): number => {
    const each = meets(allowed, tokens, length)
    return each.filter(Boolean).length / each.length
  }
  const { tokens, ...made } = await drawn({ require, control: { lambda: Number(values.fluency) } })
  rows.push({ task, require: said, places: require.length, byChance: held(free.tokens), held: held(tokens), ...made })
}

const { tokens: _, ...without } = free
if (values.json) console.log(JSON.stringify({ ...values, folder, without, rows }, null, 2))
else {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
  const quality = (made: typeof without): string =>
    `${percent(made.knownGrams)} | ${made.unigramDivergence.toFixed(4)} | ${made.seconds.toFixed(0)} s`
  console.log(
    '| required | places | by chance | held | known 5-grams | characters | seconds |\n|---|---|---|---|---|---|---|',
  )
  console.log(`| nothing | | | | ${quality(without)} |`)
  for (const row of rows) {
    console.log(`| ${row.task} | ${row.places} | ${percent(row.byChance)} | ${percent(row.held)} | ${quality(row)} |`)
  }
}
process.exit(0)

/** Samples, and what they are like. */
async function drawn(options: Pick<Parameters<typeof generateEmbedded>[2], 'require' | 'control'>) {
  const begin = performance.now()
  const { tokens } = await generateEmbedded(model, engine, { ...common, ...options })
  const seconds = (performance.now() - begin) / 1000
  return { tokens, ...judgeTexts(textOf(model, tokens), train), seconds }
}
