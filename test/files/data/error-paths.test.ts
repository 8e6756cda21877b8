/** A broken file is named once: by its path, in a folder too. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeNpy } from '../../../src/files/data/index.ts'
import { openDataset } from '../../../src/files/data/node/index.ts'
import { temporaryFolder } from '../../cli/tweedie.ts'

const folder = temporaryFolder()

test.each([
  ['points.csv', '1,2\n3\n', 'line 2 has 1 cells, the first row has 2'],
  ['head.csv', 'a,b\n', 'a header and no rows'],
  ['one.npy', writeNpy({ shape: [], data: Float32Array.of(1) }), 'a single number is no data set'],
])('%s', async (file, content, problem) => {
  mkdirSync(join(folder, file), { recursive: true })
  const path = join(folder, file, file)
  writeFileSync(path, content)
  await expect(openDataset(path)).rejects.toMatchObject({ code: 'data', message: `${path}: ${problem}` })
  await expect(openDataset(join(folder, file))).rejects.toMatchObject({ message: `${path}: ${problem}` })
})
