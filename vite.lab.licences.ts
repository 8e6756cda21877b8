/** The licences of what the Lab's files contain travel beside them. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Plugin, Rollup } from 'vite'

/** Who holds the rights of packages that bring no text of their licence; theirs is MIT, by their package.json. */
const owners: Readonly<Record<string, string>> = {
  'onnxruntime-web': 'Microsoft Corporation',
  'onnxruntime-common': 'Microsoft Corporation',
}

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`

/**
 * Two plugins: `collect`, for the workers, which are built by themselves and first, and `write`, for the page, which writes `LICENSES.txt`:
 * the licence of every package of which a module or another file was bundled.
 */
export function licences(): { readonly collect: Plugin; readonly write: Plugin } {
  const folders = new Set<string>()
  let root = ''
  const take = (bundle: Rollup.OutputBundle): void => {
    for (const each of Object.values(bundle)) {
      for (const id of each.type === 'chunk' ? each.moduleIds : each.originalFileNames) {
        const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id.replace('\0', ''))
        if (found) folders.add(resolve(root, found[0]))
        // The compiler's own helpers have no path.
        if (id.includes('@oxc-project+runtime')) folders.add(resolve('node_modules/@oxc-project/runtime'))
      }
    }
  }
  return {
    collect: { name: 'tweedie-licences-of-workers', generateBundle: (_, bundle) => take(bundle) },
    write: {
      name: 'tweedie-licences',
      apply: 'build',
      configResolved(config) {
        root = config.root
      },
      generateBundle(_, bundle) {
        take(bundle)
        const texts = [...folders].toSorted().map((folder) => {
          const { name, version } = manifestOf(folder)
          return `${name} ${version}\n\n${licenceIn(folder).trim()}\n`
        })
        this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: texts.join(`\n${'-'.repeat(78)}\n\n`) })
      },
    },
  }
}

function manifestOf(folder: string): { readonly name: string; readonly version: string; readonly license?: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as ReturnType<typeof manifestOf>
}

function licenceIn(folder: string): string {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'License']) {
    try {
      return readFileSync(join(folder, name), 'utf8')
    } catch {
      // Another spelling.
    }
  }
  // Some packages name their licence and leave its text out.
  const { name, license } = manifestOf(folder)
  const owner = owners[name]
  if (license !== 'MIT' || owner === undefined) {
    throw new Error(
      `${folder} has no licence text (${license ?? 'no licence'}): name its owner in owners, or leave it out`,
    )
  }
  return `MIT License\n\nCopyright (c) ${owner}\n\n${mit}`
}
