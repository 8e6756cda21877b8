/** Runs blocks of the documentation as a user would, in one process of Node for all of them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import manifest from '../../package.json' with { type: 'json' }

/** What a block printed, line by line, or how it failed. */
export interface Outcome {
  readonly printed: readonly string[]
  readonly error?: string
}

const driver = `
import { format } from 'node:util'
const outcomes = []
for (const file of process.argv.slice(2)) {
  const printed = []
  console.log = (...values) => void printed.push(...format(...values).split('\\n'))
  try {
    await import(file)
    outcomes.push({ printed })
  } catch (error) {
    outcomes.push({ printed, error: String(error?.stack ?? error) })
  }
}
process.stdout.write(JSON.stringify(outcomes))
`

/** Runs each source; `tweedie` and `tweedie/room` are the sources of this repository. */
export function runBlocks(sources: readonly string[]): readonly Outcome[] {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-docs-'))
  try {
    const files = sources.map((source, i) => {
      const file = join(folder, `block-${i}.mts`)
      writeFileSync(file, withSources(source))
      return pathToFileURL(file).href
    })
    const main = join(folder, 'driver.mjs')
    writeFileSync(main, driver)
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', main, ...files], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
    return JSON.parse(stdout) as Outcome[]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The block with imports from the package led to src/. */
function withSources(source: string): string {
  return source.replace(/from 'tweedie(\/[\w-]+)?'/g, (_, room?: string) => {
    const entry = manifest.exports[`.${room ?? '/core'}` as keyof typeof manifest.exports] as {
      readonly default: string
    }
    const file = resolve(entry.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))
    return `from '${pathToFileURL(file).href}'`
  })
}
