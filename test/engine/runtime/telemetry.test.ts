/** ONNX Runtime writes no telemetry, neither in the home folder nor in the current one. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-telemetry-'))
afterAll(() => rmSync(folder, { recursive: true }))

const script = fileURLToPath(new URL('one-run.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

test.each(['binding', 'capi'])('%s', (engine) => {
  const home = join(folder, engine)
  mkdirSync(home)
  const { ORT_DISABLE_TELEMETRY: _set, ...rest } = process.env
  const env = { ...rest, HOME: home, USERPROFILE: home, XDG_CACHE_HOME: join(home, '.cache') }
  const run = spawnSync(process.execPath, ['--import', tsx, script, engine], { encoding: 'utf8', cwd: home, env })
  expect({ stdout: run.stdout, stderr: run.stderr }).toEqual({ stdout: `${engine} 2\n`, stderr: '' })
  expect(readdirSync(home)).toEqual([])
})
