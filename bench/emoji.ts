/**
 * Icons by name, judged: what a model draws of things that training showed in other styles only.
 *
 *     npx tsx bench/emoji-data.ts FROM DATA
 *     npx tweedie train DATA --captions --label-column style --background white --minutes 180 --out runs/emoji   # goes on with --resume
 *     npx tsx bench/emoji.ts DATA --model runs/emoji [--guidance 0,1,3] [--draws 1] [--steps 20] [--threads 2] [--seed 0] [--json]
 *
 * Every pair of a thing and a style that was held out is asked for by the thing's name and its style. What is drawn is reduced to 8 × 8
 * pixels and held against all tiles of that style: the rank of the true one, where 1 is the nearest (R@1, R@10: the share of pairs whose
 * rank is at most 1, 10). Transparent pixels show white. `--draws` takes the mean of so many; `--seen` asks for as many
 * pairs of training instead: how much is known by heart. The floor is a copy: the same thing in another style. A
 * classifier of groups, trained on the tiles of training, says how often the group is right, beside its rate on the held-out tiles.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { open } from '../src/app/node/open.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { createDataset } from '../src/files/data/dataset.ts'
import { applyClassifier } from '../src/tools/eval/classifier.ts'
import { trainClassifier } from '../src/tools/eval/train-classifier.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    guidance: { type: 'string' },
    draws: { type: 'string', default: '1' },
    steps: { type: 'string', default: '20' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' },
    seen: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const [data] = positionals
if (data === undefined || flags.model === undefined) throw new Error('usage: npx tsx bench/emoji.ts DATA --model RUN')

interface Line {
  readonly file_name: string
  readonly style: string
  readonly group: string
  readonly thing: number
  readonly title: string
}

/** A picture on white, `[3, 32, 32]` in 0 … 1. */
interface Tile extends Line {
  readonly pixels: Float32Array
}

const side = 32
const coarse = 8

const clamped = (rgb: Float32Array): Float32Array => rgb.map((value) => Math.min(1, Math.max(0, value)))

/** RGBA in 0 … 1, channels first or last, on white. */
function onWhite(rgba: ArrayLike<number>, at: (channel: number, pixel: number) => number): Float32Array {
  const out = new Float32Array(3 * side * side)
  for (let pixel = 0; pixel < side * side; pixel++) {
    const alpha = Math.min(1, Math.max(0, rgba[at(3, pixel)]!))
    for (let c = 0; c < 3; c++) {
      const value = Math.min(1, Math.max(0, rgba[at(c, pixel)]!))
      out[c * side * side + pixel] = alpha * value + 1 - alpha
    }
  }
  return out
}

/** Means over squares: `[3, 8, 8]`. */
function reduced(pixels: Float32Array): Float32Array {
  const width = side / coarse
  const out = new Float32Array(3 * coarse * coarse)
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const to = c * coarse * coarse + Math.floor(y / width) * coarse + Math.floor(x / width)
        out[to] = out[to]! + pixels[c * side * side + y * side + x]! / (width * width)
      }
    }
  }
  return out
}

async function tilesOf(part: 'train' | 'test'): Promise<readonly Tile[]> {
  const lines = readFileSync(join(data!, part, 'metadata.jsonl'), 'utf8')
    .trim()
    .split('\n')
  return Promise.all(
    lines.map(async (text): Promise<Tile> => {
      const line = JSON.parse(text) as Line
      const bytes = await sharp(join(data!, part, line.file_name))
        .ensureAlpha()
        .raw()
        .toBuffer()
      const shares = Float32Array.from(bytes, (value) => value / 255)
      return { ...line, pixels: onWhite(shares, (c, pixel) => 4 * pixel + c) }
    }),
  )
}

const [train, heldOut] = [await tilesOf('train'), await tilesOf('test')]
const every = Math.floor(train.length / heldOut.length)
const test = flags.seen ? heldOut.map((_, i) => train[i * every]!) : heldOut
const all = [...train, ...heldOut]
const byStyle = new Map(all.map(({ style }) => [style, all.filter((tile) => tile.style === style)]))
const small = new Map(all.map((tile) => [tile, reduced(tile.pixels)]))

/** The rank of a tile among those of its style, by the distance to a picture. */
function rankOf(picture: Float32Array, tile: Tile): number {
  const seen = reduced(picture)
  const distance = (other: Float32Array): number => other.reduce((sum, value, i) => sum + (value - seen[i]!) ** 2, 0)
  const own = distance(small.get(tile)!)
  return 1 + byStyle.get(tile.style)!.filter((other) => distance(small.get(other)!) < own).length
}

const shareWithin = (ranks: readonly number[], most: number): number =>
  ranks.filter((rank) => rank <= most).length / ranks.length

const engine = await nodeEngine()
const session = { threads: Number(flags.threads) }
const groups = [...new Set(train.map(({ group }) => group))].sort()

function pictures(tiles: readonly Tile[], of: (tile: Tile, i: number) => Float32Array = ({ pixels }) => pixels) {
  const values = new Float32Array(tiles.length * 3 * side * side)
  tiles.forEach((tile, i) => values.set(of(tile, i), i * 3 * side * side))
  return createDataset({
    name: 'tiles',
    kind: 'image',
    shape: [3, side, side],
    data: values,
    range: [0, 1],
    labels: Int32Array.from(tiles, ({ group }) => groups.indexOf(group)),
    classNames: groups,
  })
}

const classifier = await trainClassifier(pictures(train), engine, { ...session, seed: 0 })

/** How often the classifier says the group of the tiles. */
async function rightGroups(set: ReturnType<typeof pictures>): Promise<number> {
  const values = Float32Array.from(set.data, (value) => 2 * value - 1)
  const { predicted } = await applyClassifier(classifier, values, engine, session)
  return set.labels!.reduce((sum, label, i) => sum + Number(predicted[i] === label), 0) / test.length
}

const real = await rightGroups(pictures(test))
const copies = test.flatMap((tile) =>
  train.filter((other) => other.thing === tile.thing && other !== tile).map((other) => rankOf(other.pixels, tile)),
)
const rows: Record<string, number | string>[] = [
  { what: 'a copy of another style', 'R@1': shareWithin(copies, 1), 'R@10': shareWithin(copies, 10) },
  { what: 'the real tile', 'R@1': 1, 'R@10': 1, group: real },
]

const painter = await open(flags.model)
const draws = Number(flags.draws)
for (const weight of (flags.guidance ?? '').split(',')) {
  const sums = test.map(() => new Float32Array(3 * side * side))
  let first: Float32Array[] = []
  for (let draw = 0; draw < draws; draw++) {
    const drawn = await painter.draw({
      count: test.length,
      prompt: test.map(({ title }) => title),
      class: test.map(({ style }) => style).join(','),
      steps: Number(flags.steps),
      seed: Number(flags.seed) + draw,
      ...(weight !== '' && { guidance: Number(weight) }),
    })
    const { data: values, shape } = drawn.array()
    const size = values.length / test.length
    // learned on white (`--background white`), or with opacity, which then shows white
    const shows =
      shape[1] === 4 ? (rgba: Float32Array) => onWhite(rgba, (c, pixel) => c * side * side + pixel) : clamped
    const made = test.map((_, i) => {
      const one = Float32Array.from(values.slice(i * size, (i + 1) * size) as Float32Array, (value) => (value + 1) / 2)
      return shows(one)
    })
    if (draw === 0) first = made
    made.forEach((picture, i) => picture.forEach((value, j) => (sums[i]![j]! += value / draws)))
  }
  const ranks = test.map((tile, i) => rankOf(sums[i]!, tile))
  const group = await rightGroups(pictures(test, (_, i) => first[i]!))
  rows.push({
    what: weight === '' ? 'drawn' : `drawn, guidance ${weight}`,
    'R@1': shareWithin(ranks, 1),
    'R@10': shareWithin(ranks, 10),
    median: ranks.toSorted((a, b) => a - b)[Math.floor(ranks.length / 2)]!,
    group,
    'of real': group / real,
  })
}
painter.dispose()
if (flags.json) console.log(JSON.stringify({ held: test.length, draws, rows }))
else {
  console.log(`${test.length} pairs ${flags.seen ? 'of training' : 'held out'}, ${draws} drawn of each`)
  const shown = (value: number | string): number | string =>
    typeof value === 'string' || Number.isInteger(value) ? value : `${(100 * value).toFixed(1)} %`
  console.table(rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown(value)]))))
}
