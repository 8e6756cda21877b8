/**
 * The Lab's files. A bundler makes a file of every set of modules that the same pages need: of hundreds of modules, a hundred files, each compressed by
 * itself. What is needed together before a first step of training is one file here, and the rest as the bundler has it.
 */

/** What a bundler tells of a module. */
type ModuleInfo = (id: string) => { readonly importedIds: readonly string[] } | null

/** The settings of a bundler that put everything which the modules `roots` import, and is not waited for, into a file each. Earlier roots go first. */
export function together(roots: Readonly<Record<string, RegExp>>) {
  let known: ReadonlyMap<string, string> | undefined
  const placed = (getModuleInfo: ModuleInfo, ids: readonly string[]): ReadonlyMap<string, string> => {
    const found = new Map<string, string>()
    const visit = (id: string, name: string): void => {
      if (found.has(id)) return
      found.set(id, name)
      for (const next of getModuleInfo(id)?.importedIds ?? []) visit(next, name)
    }
    for (const [name, root] of Object.entries(roots)) for (const id of ids) if (root.test(id)) visit(id, name)
    return found
  }
  const ids: string[] = []
  return {
    plugin: {
      name: 'tweedie-lab-files',
      moduleParsed: ({ id }: { readonly id: string }) => void ids.push(id),
    },
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        {
          debugName: 'needed together',
          name(id: string, context: { readonly getModuleInfo: ModuleInfo }) {
            known ??= placed((each) => context.getModuleInfo(each), ids)
            return known.get(id) ?? null
          },
        },
      ],
    },
  }
}
