/**
 * The campaign at its full length: kills and power cuts at every change of a save, clocks that jump, refusals of the system, flipped bits, inputs that nobody
 * wrote for every reader, and draws without growth. Prints what was tried and what held; ends with 1 if anything did not.
 *
 *     npm run campaign -- [--inputs 1000000] [--minutes 600] [--seed 1] [--every 1] [--draws 10000] [--only cuts,clocks,disks,refusals,kills,strace,caches,flips,inputs,draws] [--scenarios train,latents] [--keep FOLDER]
 *
 * Kills and strace start a process each: `npm run build` first makes them several times faster. Inputs are tried until there were as many, or for as many
 * minutes; what fails is written to FOLDER.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drawsFor } from './draws.ts'
import { flipsOf } from './flips.ts'
import type { Place } from './fuzz/apart.ts'
import type { Find } from './fuzz/hunt.ts'
import { cacheFlips, graphCache } from './graph-cache.ts'
import { cutAt, folder, fullAt, jumpedAt, mayMount, refusedAt, staged, type Trial } from './interrupt.ts'
import { cacheIn, changesOf, killedAt, refusedCacheAt, straced } from './processes.ts'
import { scenarios } from './scenarios.ts'

process.env.TWEEDIE_CACHE = 'off'
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    every: { type: 'string', default: '1' },
    draws: { type: 'string', default: '10000' },
    only: { type: 'string', default: 'cuts,clocks,disks,refusals,kills,strace,caches,flips,inputs,draws' },
    scenarios: { type: 'string', default: scenarios.map(({ name }) => name).join(',') },
    keep: { type: 'string', default: 'campaign-finds' },
  },
})
const chosen = values.scenarios.split(',').map((name) => {
  const found = scenarios.find((scenario) => scenario.name === name)
  if (!found)
    throw new Error(`no scenario is called ${name}; there are ${scenarios.map((each) => each.name).join(', ')}`)
  return found
})
const [inputs, minutes, seed, every, draws] = [
  values.inputs,
  values.minutes,
  values.seed,
  values.every,
  values.draws,
].map(Number) as [number, number, number, number, number]
const parts = values.only.split(',')
const refusals = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES', 'EPERM', 'EMFILE'] as const
const calls = ['write', 'pwrite64', 'fsync', 'rename', 'unlink', 'mkdir', 'ftruncate', 'link', 'openat']

let failed = 0
/** Prints a line of the table. */
function line(what: string, tried: number, problems: readonly string[]): void {
  failed += problems.length
  process.stdout.write(
    `${what.padEnd(44)} ${String(tried).padStart(9)} tried  ${problems.length === 0 ? 'all held' : `${problems.length} FAILED`}\n`,
  )
  for (const problem of problems.slice(0, 20)) process.stdout.write(`    ${problem.slice(0, 400)}\n`)
}

const problemsOf = (trials: readonly Trial[]): string[] =>
  trials.flatMap(({ at, problem }) => (problem === undefined ? [] : [`change ${at}: ${problem}`]))

const wanted = ['cuts', 'clocks', 'disks', 'refusals', 'kills', 'strace'].filter((part) => parts.includes(part))
const hasStrace = spawnSync('strace', ['-V']).status === 0
if (wanted.includes('strace') && !hasStrace)
  process.stdout.write('strace is not installed: kills at calls of the system are left out\n')
const hasMounts = mayMount()
if (wanted.includes('disks') && !hasMounts) process.stdout.write('no right to mount: full disks are left out\n')
/** Tries something at some changes, and prints how that went. */
async function eachAt(what: string, at: readonly number[], tried: (at: number) => Promise<Trial>): Promise<void> {
  const trials: Trial[] = []
  for (const place of at) trials.push(await tried(place))
  line(what, trials.length, problemsOf(trials))
}
const placesIn = (changes: number): number[] =>
  Array.from({ length: Math.ceil(changes / every) }, (_, i) => 1 + i * every)
for (const scenario of wanted.length > 0 ? chosen : []) {
  using stage = await staged(scenario)
  const places = placesIn(stage.changes)
  const each = (what: string, at: readonly number[], tried: (at: number) => Promise<Trial>): Promise<void> =>
    eachAt(`${scenario.name}: ${what}`, at, tried)
  if (wanted.includes('cuts')) await each('power cut', places, (at) => cutAt(stage, at))
  if (wanted.includes('clocks')) {
    await each(
      'a clock that jumps',
      Array.from({ length: 20 }, (_, i) => seed + i),
      (at) => jumpedAt(stage, at),
    )
  }
  if (wanted.includes('disks') && hasMounts) {
    await each(
      'a full disk',
      Array.from({ length: 40 }, (_, i) => 25 * i),
      (at) => fullAt(stage, at),
    )
  }
  for (const code of wanted.includes('refusals') ? refusals : []) {
    await each(
      code,
      places.filter((_, i) => i % 5 === code.length % 5 || places.length < 20),
      (at) => refusedAt(stage, code, at),
    )
  }
  if (wanted.includes('kills')) await each('kill -9', places, (at) => killedAt(stage, at))
  for (const call of wanted.includes('strace') && hasStrace ? calls : []) {
    const most = { write: 400, openat: 1500 }[call] ?? 60
    await each(
      `kill -9 at ${call}`,
      places.map((_, i) => 1 + Math.floor((i * most) / places.length)),
      (at) => straced(stage, call, at),
    )
  }
}

if (parts.includes('caches')) {
  using stage = await staged(graphCache)
  const place = folder()
  const changes = await changesOf(graphCache.line, place, cacheIn(place))
  rmSync(place, { recursive: true })
  await eachAt('graph cache: kill -9', placesIn(changes), (at) => killedAt(stage, at, cacheIn))
  for (const code of refusals) {
    await eachAt(`graph cache: ${code}`, [1, 2, 4, 7], (at) => refusedCacheAt(stage, code, at))
  }
}

if (parts.includes('flips')) {
  for (const { name, tried, silent } of await flipsOf(every)) line(`flipped bits: ${name}`, tried, silent)
  const { tried, silent } = await cacheFlips(every)
  line('flipped bits: a cached graph', tried, silent)
}

if (parts.includes('inputs')) {
  const found = await huntApart()
  const kept = found.finds.map(({ reader, index, kind, what, input }) => {
    const folder = join(values.keep, reader)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${kind}-${index}`), input)
    return `${reader} #${index}: ${kind}: ${what}`
  })
  line(`inputs over ${found.readers} readers`, found.tried, kept)
}

if (parts.includes('draws')) {
  const { made, growth } = await drawsFor(draws)
  line(
    `draws: memory grew by ${(100 * growth).toFixed(2)} %`,
    made,
    growth > 0.02 ? [`it grew by ${(100 * growth).toFixed(2)} %`] : [],
  )
}

process.stdout.write(failed === 0 ? 'everything held\n' : `${failed} did not hold\n`)
process.exit(failed === 0 ? 0 : 1)

interface Hunted {
  readonly readers: number
  readonly tried: number
  readonly finds: readonly Find[]
}

/** What the process that tries inputs says. */
interface Told {
  readonly readers?: number
  readonly at?: Place & { readonly index: number }
  readonly find?: Find
  readonly tried?: number
  readonly end?: true
}

/** Inputs are tried by a process of its own; one that says nothing for a minute hangs, and the next goes on behind that input. */
async function huntApart(): Promise<Hunted> {
  const finds: Find[] = []
  const until = Date.now() + 60_000 * minutes
  let [readers, tried] = [0, 0]
  let behind: (Place & { readonly index: number }) | undefined
  for (;;) {
    const isDone = await new Promise<boolean>((done) => {
      const script = join(import.meta.dirname, 'fuzz', 'apart.ts')
      const env = { ...process.env, FUZZ: JSON.stringify({ inputs, seed, until, behind }) }
      const child = spawn(process.execPath, ['--import', 'tsx', script], {
        env,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        serialization: 'advanced',
      })
      let ended = false
      let alarm = setTimeout(() => child.kill('SIGKILL'), 300_000)
      child.on('message', (told: Told) => {
        clearTimeout(alarm)
        alarm = setTimeout(() => child.kill('SIGKILL'), 60_000)
        if (told.readers) readers = told.readers
        if (told.at) behind = told.at
        if (told.find) finds.push(told.find)
        tried += told.tried ?? 0
        ended ||= told.end === true
      })
      child.on('exit', () => {
        clearTimeout(alarm)
        if (!ended)
          finds.push({
            reader: behind?.reader ?? 'the first',
            index: behind?.index ?? 0,
            kind: 'hang',
            what: 'the process ended, or was ended, near this input',
            input: new Uint8Array(),
          })
        done(ended || behind === undefined)
      })
    })
    if (isDone) return { readers, tried, finds }
  }
}
