/** Nobody outside a family's folder, the registry and the public index files names a family: not by its files, not by its tag. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { families } from '../../src/families/registry.ts'
import { kebab } from '../../src/options.ts'

/** Where every family has its line. */
const registry = 'src/families/registry.ts'

/** What the library exports: functions of families by name, for programs that ask for one family. */
const indexes: readonly string[] = ['src/core.ts', 'src/index.ts', 'src/eval.ts']

const names = families.map(({ name }) => name)
const folderOf = (name: string): string => `src/families/${name}/`
const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src', file).split(sep).join('/'))
const outside = files.filter((file) => file !== registry && !names.some((name) => file.startsWith(folderOf(name))))

test('every family has a folder and a line', () => {
  expect(names.length).toBeGreaterThan(2)
  const line = /families: readonly FamilyEntry\[\] = Object\.freeze\(\[([^\]]*)\]\)/.exec(
    readFileSync(registry, 'utf8'),
  )
  const listed = line?.[1]?.match(/\w+/g)?.map(kebab)
  expect(listed?.toSorted()).toEqual(names.toSorted())
  for (const name of names) expect(files).toContain(`${folderOf(name)}entry.ts`)
})

describe.each(names)('%s is named', (name) => {
  test('by its files nowhere else', () => {
    const wrong = outside.filter(
      (file) => !indexes.includes(file) && importsOf(file).some((path) => path.includes(name)),
    )
    expect(wrong).toEqual([])
  })

  test('by its tag nowhere else', () => {
    const tag = new RegExp(`\\b(?:family|entry\\.name|\\.name|model)\\b[^\\n]{0,24}(?:===|!==|:)\\s*'${name}'`)
    expect(outside.filter((file) => tag.test(readFileSync(file, 'utf8')))).toEqual([])
  })
})

/** Paths of imports into folders of families, from anywhere. */
function importsOf(file: string): string[] {
  const found = readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'((?:\.\.?\/)[^']+)'/g)
  return [...found]
    .map(([, path]) => join(file, '..', path!).split(sep).join('/'))
    .filter((path) => names.some((name) => path.startsWith(folderOf(name))))
}
