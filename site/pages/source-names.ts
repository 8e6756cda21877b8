/** Which files of the repository have a page on the site, and what it is called. */

/** Folders whose sources are shown. */
export const sourceFolders: readonly string[] = ['src', 'test', 'examples', 'bench', 'bin', 'types']

/** Single files at the root that pages name. */
export const sourceFiles: readonly string[] = ['LICENSE', 'build.ts', 'package.json', 'vitest.config.ts']

/** What is text. */
export const isSource = (path: string): boolean =>
  /\.(ts|tsx|js|mjs|py|json|html|css)$/.test(path) || sourceFiles.includes(path)

/**
 * A relative link to a source or a folder of them → to its page, with the same anchor; undefined for any other link.
 *
 * @example
 * sourcePage('../../src/diffusion/sample/ddim.ts#L12') // '../../src/diffusion/sample/ddim.ts.html#L12'
 */
export function sourcePage(link: string): string | undefined {
  if (/^([a-z]+:|\/|#)/.test(link)) return undefined
  const [path, anchor] = link.split('#') as [string, string?]
  const inside = path.replace(/^(\.\.?\/)+/, '')
  const [top] = inside.split('/') as [string]
  if (!sourceFolders.includes(top) && !sourceFiles.includes(inside)) return undefined
  const page = isSource(inside) ? `${path}.html` : `${path.replace(/\/$/, '')}/index.html`
  return anchor === undefined ? page : `${page}#${anchor}`
}
