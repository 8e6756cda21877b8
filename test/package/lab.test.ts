/** The Lab as it is published: static files that lie anywhere and ask nobody else for anything. */
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const folder = 'dist/lab'
const page = readFileSync(`${folder}/index.html`, 'utf8')
const assets = readdirSync(`${folder}/assets`)

it('has relative addresses, and none of another server', () => {
  const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)
  expect(addresses.length).toBeGreaterThan(2)
  expect(addresses.filter((address) => !/^(\.\/assets\/|data:)/.test(address))).toEqual([])
  const sheets = assets
    .filter((name) => name.endsWith('.css'))
    .map((name) => readFileSync(`${folder}/assets/${name}`, 'utf8'))
  expect(sheets.filter((sheet) => /url\(\s*['"]?(https?:)?\/\//.test(sheet))).toEqual([])
})

it('names its assets by what they hold', () => {
  // The runtime's files are asked for by their own names, in a folder.
  expect(assets.filter((name) => !/-[\w-]{8}\.\w+$|^ort-\w{8}$/.test(name))).toEqual([])
})

it('needs little before it is seen', () => {
  const [, entry] = /<script[^>]*src="\.\/(assets\/[^"]+)"/.exec(page)!
  expect(gzipSync(readFileSync(`${folder}/${entry}`)).length).toBeLessThan(30_000)
})

it('loads little before a first step of training, and nothing that reads files', () => {
  const early = ['lab', 'train', 'worker', 'training'].map((name) => {
    const found = assets.filter((each) => new RegExp(`^${name}-[\\w-]{8}\\.js$`).test(each))
    expect(found, name).toHaveLength(1)
    return readFileSync(`${folder}/assets/${found[0]!}`)
  })
  expect(early.reduce((sum, script) => sum + gzipSync(script).length, 0)).toBeLessThan(165_000)
  // zod's, fflate's, and a network that moons and glyphs have not
  for (const script of early) expect(script.toString()).not.toMatch(/ZodMini|invalid zip data|cross_attention_dim/)
})

it('brings the licences of what it is made of', () => {
  const licences = readFileSync(`${folder}/LICENSES.txt`, 'utf8')
  for (const name of ['preact', '@preact/signals', 'onnxruntime-web', 'zod', 'fflate']) {
    expect(licences).toMatch(new RegExp(`^${name.replace('/', String.raw`\/`)} \\d`, 'm'))
  }
})

it('ships no typesetter: equations were set when it was built', () => {
  const scripts = assets
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(`${folder}/assets/${name}`, 'utf8'))
  expect(scripts.some((script) => script.includes('<math'))).toBe(true)
  expect(scripts.filter((script) => script.includes(String.raw`\frac`))).toEqual([])
})
