/**
 * Lays emoji out as captioned pictures: a folder of PNG files with a `metadata.jsonl`, as Hugging Face's imagefolder has it, with the words,
 * the style and the group of each. Some of the pairs of a thing and a style are held out: in `test/`, while other styles of the thing are
 * in `train/`.
 *
 *     npx tsx bench/emoji-data.ts FROM TO [--hold-out 0.05] [--seed 0] [--keywords 4] [--background white] [--json]
 *
 * FROM has `captions.jsonl` (`i`, `name`, `group`, `keywords`, a line each) and a sheet `STYLE-32.png` for each style, of tiles of 32 × 32
 * pixels, 40 in a row. Then:
 *
 *     npx tweedie train TO --captions --label-column style --out runs/icons
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { fold, key, permutation } from '../src/engine/random/index.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'hold-out': { type: 'string', default: '0.05' },
    seed: { type: 'string', default: '0' },
    keywords: { type: 'string', default: '4' },
    background: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [from, to] = positionals
if (from === undefined || to === undefined) throw new Error('usage: npx tsx bench/emoji-data.ts FROM TO')

/** Pixels along a tile, and tiles in a row of a sheet. */
const [side, columns] = [32, 40]
const sheetName = /^(.+)-32\.png$/

interface Thing {
  readonly i: number
  readonly char: string
  readonly name: string
  readonly group: string
  readonly keywords: readonly string[]
}

/** One picture of a thing. */
interface Tile {
  readonly thing: Thing
  readonly style: string
}

const things = readFileSync(join(from, 'captions.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => JSON.parse(line) as Thing)
/** `fluent-emoji-flat` → `fluent` */
const sheets = readdirSync(from).flatMap((file) => {
  const style = sheetName.exec(file)?.[1]
  return style === undefined ? [] : [{ style: style.replace(/-.*/, ''), file }]
})

/** The captions of a thing: its name, and its name with some words besides, so that each is learned. */
function captionsOf({ name, keywords }: Thing): readonly string[] {
  const words = keywords.filter((word) => word !== name && /^[\p{L}\p{N} '-]+$/u.test(word))
  const some = words.slice(0, Number(flags.keywords))
  return [name, ...(some.length > 0 ? [[name, ...some].join(', ')] : [])]
}

const tiles: readonly Tile[] = sheets.flatMap(({ style }) => things.map((thing) => ({ thing, style })))
const held = Math.round(Number(flags['hold-out']) * tiles.length)
const order = permutation(fold(key(Number(flags.seed)), 'emoji held out'), tiles.length)
// A thing keeps one style at least, or nothing of it would be known.
const kept = new Map(things.map(({ i }) => [i, sheets.length]))
const out = new Set<number>()
for (const at of order) {
  const left = kept.get(tiles[at]!.thing.i)!
  if (out.size === held || left < 2) continue
  kept.set(tiles[at]!.thing.i, left - 1)
  out.add(at)
}

const lines = { train: [] as string[], test: [] as string[] }
for (const { style, file } of sheets) {
  const sheet = sharp(join(from, file))
  const { data, info } = await (
    flags.background === undefined ? sheet : sheet.flatten({ background: flags.background })
  )
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  for (const [at, { thing, style: own }] of tiles.entries()) {
    if (own !== style) continue
    const [left, top] = [(thing.i % columns) * side, Math.floor(thing.i / columns) * side]
    const pixels = new Uint8Array(4 * side * side)
    for (let row = 0; row < side; row++) {
      const begin = 4 * ((top + row) * info.width + left)
      pixels.set(data.subarray(begin, begin + 4 * side), 4 * side * row)
    }
    const split = out.has(at) ? 'test' : 'train'
    const name = `${style}/${String(thing.i).padStart(4, '0')}.png`
    mkdirSync(join(to, split, style), { recursive: true })
    await sharp(pixels, { raw: { width: side, height: side, channels: 4 } })
      .png()
      .toFile(join(to, split, name))
    const { i: thingNumber, char, group } = thing
    lines[split].push(
      JSON.stringify({
        file_name: name,
        text: captionsOf(thing),
        style,
        group,
        thing: thingNumber,
        char,
        title: thing.name,
      }),
    )
  }
}
for (const [split, rows] of Object.entries(lines)) {
  if (rows.length > 0) writeFileSync(join(to, split, 'metadata.jsonl'), `${rows.join('\n')}\n`)
}
const summary = {
  things: things.length,
  styles: sheets.map(({ style }) => style),
  train: lines.train.length,
  test: lines.test.length,
  /** Things of which more than one style is held out. */
  twice: [...kept.values()].filter((left) => left < sheets.length - 1).length,
}
if (flags.json) console.log(JSON.stringify(summary))
else {
  console.log(
    `${summary.things} things in ${summary.styles.join(', ')}: ${summary.train} pictures to learn, ${summary.test} held out`,
  )
  console.log(`npx tweedie train ${to} --captions --label-column style`)
}
