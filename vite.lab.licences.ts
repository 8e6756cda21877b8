/** The licences of what the Lab's files contain travel beside them. */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Plugin } from 'vite'

/** Writes `LICENSES.txt`: the licence of every package of which a module or another file was bundled. */
export function licences(): Plugin {
  let root = ''
  return {
    name: 'tweedie-licences',
    apply: 'build',
    configResolved(config) {
      root = config.root
    },
    generateBundle(_, bundle) {
      const folders = new Set<string>()
      for (const each of Object.values(bundle)) {
        for (const id of each.type === 'chunk' ? each.moduleIds : each.originalFileNames) {
          const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id.replace('\0', ''))
          if (found) folders.add(resolve(root, found[0]))
        }
      }
      const texts = [...folders].toSorted().map((folder) => {
        const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
          name: string
          version: string
        }
        return `${name} ${version}\n\n${licenceIn(folder).trim()}\n`
      })
      this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: texts.join(`\n${'-'.repeat(78)}\n\n`) })
    },
  }
}

function licenceIn(folder: string): string {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'License']) {
    try {
      return readFileSync(join(folder, name), 'utf8')
    } catch {
      // Another spelling.
    }
  }
  // Some packages name their licence and leave its text out; an outer folder may have it.
  const { license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { license?: string }
  if (license === undefined) throw new Error(`${dirname(folder)} has no licence`)
  return `Licence: ${license}`
}
