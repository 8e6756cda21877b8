/**
 * Pictures by captions: a model is trained on captioned scenes, asked for figures by colour, form and place, and judged by the renderer's
 * own truth. Combinations of the three that training never shows are asked for, too.
 *
 *     npx tsx bench/captions.ts [--minutes 45] [--items 40000] [--count 500] [--guidance W] [--steps 20] [--sampler dpm++-2m] [--threads 2]
 *                               [--seed 0] [--out FOLDER] [--model FOLDER] [--json] [-- further options of training]
 *
 * `--out` keeps the run, and continues one that is there; `--model` only judges a folder. Figures that are asked for: one with its place,
 * two that differ, and two or three of the same kind, half of them unseen combinations; the rates are of pictures in which all is right.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { open } from '../src/app/node/open.ts'
import { fold, key } from '../src/engine/random/index.ts'
import { readScene } from '../src/files/data/builtin/read-scene.ts'
import { askedScene, sceneCaptions } from '../src/files/data/builtin/scene-captions.ts'
import { randomScene, type Scene, type SceneKind } from '../src/files/data/builtin/scene.ts'
import { judgeScene, sceneRates, type SceneRates } from '../src/tools/eval/scene-judge.ts'

const split = process.argv.indexOf('--')
const { values: flags } = parseArgs({
  args: process.argv.slice(2, split < 0 ? undefined : split),
  options: {
    minutes: { type: 'string', default: '45' },
    items: { type: 'string', default: '40000' },
    count: { type: 'string', default: '500' },
    guidance: { type: 'string' },
    steps: { type: 'string', default: '20' },
    sampler: { type: 'string' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' },
    out: { type: 'string' },
    model: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const further = split < 0 ? [] : process.argv.slice(split + 1)
const say = (text: string): void => (flags.json ? undefined : console.error(text))

/** Trains, or goes on. */
function trained(): { readonly folder: string; readonly done: () => void } {
  if (flags.model !== undefined) return { folder: flags.model, done: () => {} }
  const folder = flags.out ?? mkdtempSync(join(tmpdir(), 'tweedie-bench-captions-'))
  const { minutes, items, threads, seed } = flags
  const fresh = ['--items', items, '--captions', '--out', folder, '--seed', seed, ...further]
  const goesOn = existsSync(join(folder, 'train.json'))
  const args = goesOn ? ['train', '--resume', folder] : ['train', 'scenes', ...fresh, '--force']
  const all = ['--import', 'tsx', 'src/cli/main.ts', ...args, '--minutes', minutes, '--threads', threads]
  const { status } = spawnSync(process.execPath, all, {
    stdio: ['ignore', flags.json ? 'ignore' : 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error(`training ended with status ${status}`)
  return { folder, done: () => (flags.out === undefined ? rmSync(folder, { recursive: true }) : undefined) }
}

/** Scenes of one kind, as many as there should be, and the caption that names all of their places. */
function asked(kind: SceneKind, what: (scene: Scene) => boolean, count: number) {
  const prompts: string[] = []
  for (let i = 0; prompts.length < count; i++) {
    const scene = randomScene(fold(key('bench, asked'), kind, i), kind)
    if (!what(scene)) continue
    const texts = sceneCaptions(scene)
    prompts.push(scene.length > 1 && texts.length === 2 ? texts[1]! : texts[0]!)
  }
  return prompts
}

const isAlike = (scene: Scene): boolean =>
  scene.length > 1 && scene.every(({ colour, form }) => colour === scene[0]!.colour && form === scene[0]!.form)
const sets = {
  'one figure': (scene: Scene) => scene.length === 1,
  'two figures': (scene: Scene) => scene.length === 2 && !isAlike(scene),
  'several alike': isAlike,
}

const { folder, done } = trained()
const painter = await open(folder)
const count = Number(flags.count)
const rows: { readonly set: string; readonly combination: string; readonly rates: SceneRates }[] = []
const begin = performance.now()
for (const [set, what] of Object.entries(sets)) {
  for (const combination of ['seen', 'unseen'] as const) {
    const prompts = asked(combination, what, count)
    const drawn = await painter.draw({
      count,
      prompt: prompts,
      steps: Number(flags.steps),
      seed: Number(flags.seed),
      ...(flags.guidance !== undefined && { guidance: Number(flags.guidance) }),
      ...(flags.sampler !== undefined && { sampler: flags.sampler }),
    })
    const { data } = drawn.array()
    const pictures = Float32Array.from(data as Float32Array, (value) => 127.5 * (value + 1))
    const size = pictures.length / count
    const side = Math.sqrt(size / 3)
    const verdicts = prompts.map((prompt, i) =>
      judgeScene(readScene(pictures.subarray(i * size, (i + 1) * size), side), askedScene(prompt)!),
    )
    rows.push({ set, combination, rates: sceneRates(verdicts) })
    say(`${set}, ${combination}: all right ${percent(rows.at(-1)!.rates.all)}`)
  }
}
const seconds = (performance.now() - begin) / 1000
painter.dispose()
done()

function percent(estimate: { readonly value: number } | undefined): string {
  return estimate === undefined ? '–' : `${(100 * estimate.value).toFixed(1)} %`
}

if (flags.json) console.log(JSON.stringify({ minutes: Number(flags.minutes), further, seconds, rows }))
else {
  console.log(`\n| asked for | combination | pictures | count | colour | form | place | all |`)
  console.log('|---|---|---|---|---|---|---|---|')
  for (const { set, combination, rates } of rows) {
    const { pictures, count: number, colour, form, place, all } = rates
    const cells = [number, colour, form, place, all].map(percent)
    console.log(`| ${set} | ${combination} | ${pictures} | ${cells.join(' | ')} |`)
  }
  console.log(`\n${rows.length * count} pictures drawn in ${seconds.toFixed(0)} s`)
}
