/** The examples of all staged pages as modules that a page runs, below `run/`. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { stage, stagePublic } from '../paths.ts'
import type { Bundled } from './bundle.ts'
import { decide, type Subject } from './decide.ts'
import { examplesOf, promised } from './find.ts'
import { moduleOf } from './module.ts'
import { namesOf, withShown } from './names.ts'
import { type Note, notesFile } from './notes.ts'

/** Writes the modules and the notes; resolves to how many run. */
export function writeExamples(bundled: Bundled, inNode: ReadonlySet<string>): number {
  const pages = readdirSync(stage, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'))
  const examples = pages.flatMap((page) => examplesOf(page, readFileSync(stage + page, 'utf8')))
  const names = namesOf(examples.map(({ code, given = '' }) => `${given}\n${code}`))
  mkdirSync(`${stagePublic}run`, { recursive: true })
  const notes: Record<string, Note> = {}
  let count = 0
  for (const [i, example] of examples.entries()) {
    const { page, given, code } = example
    const about = { page, prints: promised(code), ...(given !== undefined && { given }) }
    const decision = decide(code, names[i]!, bundled, inNode, subjectOf(page))
    if (decision.runs) {
      const shown = example.kind === 'lines' ? { ...example, code: withShown(code) } : example
      count++
      writeFileSync(`${stagePublic}run/${example.id}.js`, moduleOf(shown, decision, bundled))
      notes[example.id] = { ...about, runs: true, names: decision.standIns }
    } else if (decision.why !== 'part') notes[example.id] = { ...about, runs: false, names: decision.names }
  }
  writeFileSync(notesFile, JSON.stringify(notes))
  return count
}

function subjectOf(page: string): Subject | undefined {
  const [, entry, name] = /^api\/(.*)\/[\w-]+\/([\w$]+)\.md$/.exec(page) ?? []
  return entry === undefined || name === undefined ? undefined : { entry, name }
}
