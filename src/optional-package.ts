/**
 * A package that only some users have: an optional peer, loaded where it is first needed.
 *
 * Bundlers leave the import alone. So a page without the package builds all the same, and a page that has it names it in an import map.
 */
export function optionalPackage(name: string): Promise<unknown> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name)
}
