/** The guide to the library: its blocks run one after another, in a folder that holds a small model, and print what they say. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { linesIn } from '../cli/support.ts'
import { temporaryFolder, tinyImages } from '../cli/tweedie.ts'
import { built } from '../support/built.ts'
import { parsePage } from './pages.ts'

const folder = temporaryFolder()
const path = 'docs/library.md'
const blocks = parsePage(path, readFileSync(path, 'utf8')).blocks.filter(({ info }) => info === 'ts library')

beforeAll(async () => {
  const line = `train ${tinyImages.join(' ')} --steps 4 -q -o FOLDER/runs/mine`
  expect(await linesIn(folder)(line)).toMatchObject({ status: 0, stderr: '' })
}, 60_000)

test.each(blocks)('line $line', ({ lines, line }) => {
  const source = lines.join('\n').replaceAll("from 'tweedie'", `from '${pathToFileURL(built('index.js')).href}'`)
  const file = join(folder, `block-${line}.mts`)
  writeFileSync(file, source)
  const ended = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(ended.stderr).toBe('')
  const wanted = lines.flatMap((each) => /\/\/ → (.*)$/.exec(each)?.[1] ?? [])
  expect(ended.stdout.trim().split('\n').filter(Boolean)).toEqual(wanted)
})
