/** `tweedie data` on text, maps and tables. */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createCategorical, describeTokens } from '../../src/files/data/index.ts'
import { characterTokenizer } from '../../src/files/text/index.ts'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const attempt = linesIn(folder)
writeFileSync(at('verse.txt'), 'abab aa c')
writeFileSync(at('empty.txt'), '')
writeFileSync(at('table.csv'), 'colour,size\nred,1\nblue,2\nred,3\nred,1\n')

describe('statistics of tokens', () => {
  test('shares, entropy and what never occurs', () => {
    const tokenizer = characterTokenizer('abcd')
    const data = Int32Array.of(0, 0, 1, 1, 0, 0, 2, 2)
    const vocabulary = { kind: 'text', tokenizer } as const
    const summary = describeTokens(createCategorical({ name: 'x', shape: [4], categories: 4, data, vocabulary }), 2)
    expect(summary).toMatchObject({ tokens: 8, categories: 4 })
    const [only] = summary.variables
    expect(only).toMatchObject({ occurring: 3, frequent: [{ name: 'a', share: 0.5 }, { share: 0.25 }] })
    expect(only!.entropy).toBeCloseTo(1.5, 12)
  })
})

describe('tweedie data', () => {
  test('of a text shorter than any window', async () => {
    const { status, stdout } = await attempt('data FOLDER/verse.txt')
    expect(status).toBe(0)
    expect(stdout).toMatch(/text +9 characters\n/)
    expect(stdout).toMatch(/frequent +a 44\.4 %, " " 22\.2 %, b 22\.2 %, c 11\.1 %\n/)
    const { stdout: bytes } = await attempt('data FOLDER/verse.txt --tokens bytes')
    expect(bytes).toMatch(/vocabulary +256, 4 occur/)
  })

  test('of the columns of a table', async () => {
    const { stdout } = await attempt('data FOLDER/table.csv --tokens columns --json')
    expect(JSON.parse(stdout)).toMatchObject({
      vocabulary: 'table',
      length: 4,
      variables: [
        { name: 'colour', frequent: [{ name: 'red', share: 0.75 }, {}] },
        { name: 'size', occurring: 3 },
      ],
    })
  })

  test('of maps, with a picture', async () => {
    const { status, stdout } = await attempt('data maps --items 20 -o FOLDER/maps.png')
    expect({ status, said: /ground \d/.test(stdout) }).toEqual({ status: 0, said: true })
    expect(statSync(at('maps.png')).size).toBeGreaterThan(500)
  })

  test('refuses what makes no sense, and writes nothing', async () => {
    expect(await attempt('data FOLDER/verse.txt -o FOLDER/x.png')).toMatchObject({ status: 2 })
    expect(existsSync(at('x.png'))).toBe(false)
    expect(await attempt('data FOLDER/verse.txt --size 8')).toMatchObject({ status: 2 })
    expect((await attempt('data FOLDER/empty.txt')).stderr).toMatch(/the file is empty/)
    expect(await attempt('data FOLDER/missing.txt')).toMatchObject({ status: 3 })
  })
})
