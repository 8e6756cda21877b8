/** The public subpaths of the package, from what says a thing first to what only passes it on. */
import manifest from '../../package.json' with { type: 'json' }

export interface Entry {
  /** How it is imported: `tweedie/noise`. */
  readonly name: string
  /** Its source from the root. */
  readonly source: string
}

/** Entries that pass on what others define: a name's page is with the entry that is most about it. */
const gathering: readonly string[] = ['./model', './train', './app', './web', './core', '.']

export const entries: readonly Entry[] = Object.entries(manifest.exports)
  .flatMap(([path, target]) => (typeof target === 'string' ? [] : [{ path, types: target.types }]))
  .toSorted((a, b) => gathering.indexOf(a.path) - gathering.indexOf(b.path))
  .map(({ path, types }) => ({
    name: path.replace(/^\./, 'tweedie'),
    source: types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts'),
  }))
