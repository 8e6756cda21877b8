/** The examples of all staged pages as modules that a page runs, below `run/`. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { transformSync } from 'esbuild'
import { stage, stagePublic } from '../paths.ts'
import type { Bundled } from './bundle.ts'
import { decide, type Decision } from './decide.ts'
import { type Example, examplesOf, promised } from './find.ts'
import { namesOf, withShown } from './names.ts'

/** What a page says below an example; no entry: nothing. */
export interface Note {
  /** Whether it has a button. */
  readonly runs: boolean
  /** Names that are the browser's own here, or that only Node has. */
  readonly names: readonly string[]
  /** A page that has it. */
  readonly page: string
  /** What it says that it prints. */
  readonly prints: readonly string[]
}

/** By the example's id. */
export type Notes = Readonly<Record<string, Note>>

/** Where the notes lie between the steps of the build. */
export const notesFile = `${stage}examples.json`

/** Writes the modules and the notes; resolves to how many run. */
export function writeExamples(bundled: Bundled, inNode: ReadonlySet<string>): number {
  const pages = readdirSync(stage, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'))
  const examples = pages.flatMap((page) => examplesOf(page, readFileSync(stage + page, 'utf8')))
  const names = namesOf(examples.map(({ code }) => code))
  mkdirSync(`${stagePublic}run`, { recursive: true })
  const notes: Record<string, Note> = {}
  let count = 0
  for (const [i, example] of examples.entries()) {
    const about = { page: example.page, prints: promised(example.code) }
    const decision = decide(example.code, names[i]!, bundled, inNode)
    if (decision.runs) {
      count++
      writeFileSync(`${stagePublic}run/${example.id}.js`, moduleOf(example, decision, bundled))
      notes[example.id] = { ...about, runs: true, names: decision.standIns }
    } else if (decision.why !== 'part') notes[example.id] = { ...about, runs: false, names: decision.names }
  }
  writeFileSync(notesFile, JSON.stringify(notes))
  return count
}

/** The example as JavaScript, with the imports that it leaves out, from the site's own files. */
function moduleOf({ code, kind }: Example, decision: Decision & { readonly runs: true }, bundled: Bundled): string {
  const given = [...decision.imports].map(([entry, names]) => `import { ${names.join(', ')} } from '${entry}'\n`)
  const source = given.join('') + (kind === 'lines' ? withShown(code) : code)
  const { code: script } = transformSync(source, { loader: 'ts', format: 'esm', target: 'es2022' })
  const [imports, rest] = splitImports(script)
  const standing = imports.some((line) => line.includes('nodeEngine')) ? [] : decision.standIns
  const made = standing.length > 0 ? [`import { nodeEngine } from '../package/stand-ins.js'`] : []
  if (standing.includes('engine')) made.push('const engine = await nodeEngine()')
  return [...imports.map((line) => fromSite(line, bundled)), ...made, rest].join('\n')
}

/** Import lines of what esbuild wrote, and the rest. */
function splitImports(script: string): readonly [imports: readonly string[], rest: string] {
  const imports = [...script.matchAll(/^import [^;]*;$/gm)].map(([text]) => text)
  return [imports, imports.reduce((text, line) => text.replace(line, ''), script)]
}

function fromSite(line: string, bundled: Bundled): string {
  return line.replace(/^import ([\s\S]*?) from "(tweedie[\w/-]*)";$/, (_, what: string, entry: string) => {
    const path = `../package/${bundled.get(entry)!.file}`
    if (!/\bnodeEngine\b/.test(what) || bundled.get(entry)!.names.has('nodeEngine'))
      return `import ${what} from '${path}'`
    const others = what.replace(/\s*\bnodeEngine,?\s*/, ' ')
    return `import ${others} from '${path}'\nimport { nodeEngine } from '../package/stand-ins.js'`
  })
}
