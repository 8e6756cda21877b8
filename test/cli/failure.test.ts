/** How failures are reported: as text or JSON, with options as they are typed, and nothing in it that a terminal would obey. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, property, string } from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { asTyped, hintAsTyped } from '../../src/cli/as-typed.ts'
import { reportFailure } from '../../src/cli/failure.ts'
import { jsonText, obeyed, quoted, safe, table } from '../../src/cli/output.ts'
import { program } from '../../src/cli/program.ts'
import { TweedieError } from '../../src/errors.ts'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const attempt = linesIn(folder)
const commandNamed = (name: string) => program().commands.find((each) => each.name() === name)!

describe('JSON', () => {
  test.each([
    ['sample FOLDER/none --json', 'model', 3],
    ['eval FOLDER/none --json', 'model', 3],
    ['sampel FOLDER/none --json', 'usage', 2],
    ['sample FOLDER/none --json --stpes 4', 'usage', 2],
    ['data FOLDER/none --json', 'data', 3],
  ])('%s', async (line, code, status) => {
    const ended = await attempt(line)
    expect(ended).toMatchObject({ status, stdout: '' })
    expect(ended.stderr.trimEnd()).not.toContain('\n')
    expect(JSON.parse(ended.stderr)).toEqual({
      error: { code, status, message: expect.any(String), hint: expect.any(String) },
    })
  })

  test('the help says so', async () => {
    expect((await attempt('--help')).stdout).toContain('With --json, a command that fails says so in one line of JSON')
  })
})

describe('options of the library', () => {
  const sample = commandNamed('sample')

  test('are shown as they are typed', () => {
    expect(asTyped('`eta` is for ddim; `sampler: ddim` takes it', sample)).toBe(
      '--eta is for ddim; --sampler ddim takes it',
    )
    expect(asTyped("`guidanceRescale: 0.5`, `clip: false`, `sampler: 'heun'`", sample)).toBe(
      '--guidance-rescale 0.5, --no-clip, --sampler heun',
    )
    expect(asTyped('`force: true`', sample)).toBe('--force')
    expect(asTyped('`unheardOf: 3`', sample)).toBe('unheardOf: 3')
    expect(asTyped('`steps`', undefined)).toBe('`steps`')
  })

  test('of other commands are said to be theirs, and of none are not named', () => {
    expect(hintAsTyped('train with `labelDropout: 0.1`', sample)).toBe('train with --label-dropout 0.1')
    expect(hintAsTyped('give it `labelDropout: 0.1`', sample)).toBe(
      'give it --label-dropout 0.1 (--label-dropout is an option of tweedie train)',
    )
    expect(hintAsTyped('--no-such-thing mends it', sample)).toBeUndefined()
    expect(hintAsTyped('choose --class', sample)).toBe('choose --class')
  })

  test('a hint of a command names no option that the command has not', async () => {
    const { stderr } = await attempt('eval FOLDER/none')
    expect(stderr).not.toMatch(/--(?!out)/)
  })
})

describe('what a terminal would obey', () => {
  const spiteful = 'a\u001B[31m\u009B2J\u202Eb\u0007'

  test('is shown as an escape', () => {
    expect(safe(spiteful)).toBe(String.raw`a\u{1b}[31m\u{9b}2J\u{202e}b\u{7}`)
    expect(safe('two\nlines,\ta tab')).toBe('two\nlines,\ta tab')
  })

  test('never leaves a table, a failure or JSON, whatever the text', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(safe(text).match(obeyed)).toBeNull()
        expect(table([[text, text]]).match(obeyed)).toBeNull()
        expect(jsonText({ [text]: text }).match(obeyed)).toBeNull()
        expect(JSON.parse(jsonText({ [text]: text }))).toEqual({ [text]: text })
      }),
    )
  })

  test('is in no report', () => {
    const error = new TweedieError('data', `${spiteful}: broken`, { hint: spiteful, cause: new Error(spiteful) })
    for (const json of [false, true]) {
      let said = ''
      const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => (said += String(text)) !== '')
      expect(reportFailure(error, { json, debug: true })).toBe(3)
      spy.mockRestore()
      expect(said.match(obeyed)).toBeNull()
    }
  })

  test('is in no name of a class or file', async () => {
    const name = 'cat\u001B]0;gone\u0007'
    for (const each of [name, 'dog']) mkdirSync(join(folder, 'pictures', each), { recursive: true })
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=='
    for (const each of [name, 'dog']) writeFileSync(join(folder, 'pictures', each, 'a.png'), Buffer.from(png, 'base64'))
    writeFileSync(join(folder, 'pictures', name, 'b\u009B2J.png'), 'no picture')
    const { stdout, stderr, status } = await attempt('data FOLDER/pictures')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(String.raw`cat\u{1b}]0;gone\u{7} (1)`)
    expect(stdout).toContain(String.raw`b\u{9b}2J.png`)
    expect(stdout.match(obeyed)).toBeNull()
  })
})

test('paths in suggested commands are one word for a shell', () => {
  expect(quoted('runs/mine-2.0')).toBe('runs/mine-2.0')
  expect(quoted('my runs/a')).toBe("'my runs/a'")
  expect(quoted("it's")).toBe(String.raw`'it'\''s'`)
  expect(quoted('a;rm')).toBe("'a;rm'")
})
