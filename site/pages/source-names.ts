/** Which files of the repository have a page on the site, and what it is called. */
import { dirname, join, normalize } from 'node:path/posix'

/** Folders whose sources are shown. */
export const sourceFolders: readonly string[] = ['src', 'test', 'examples', 'bench', 'bin', 'types']

/** Single files at the root that pages name. */
export const sourceFiles: readonly string[] = ['LICENSE', 'build.ts', 'package.json', 'vitest.config.ts']

/** What is text. */
export const isSource = (path: string): boolean =>
  /\.(ts|tsx|js|mjs|py|json|html|css)$/.test(path) || sourceFiles.includes(path)

/** Whether a path from the root is that of a source file or of a folder of them. */
export const isBelowSources = (path: string): boolean =>
  sourceFolders.includes(path.split('/')[0]!) || sourceFiles.includes(path)

/**
 * A relative link to a source or a folder of them → to its page, with the same anchor; undefined for any other link.
 *
 * @param page the page that has the link, by its path from the root
 * @example
 * sourcePage('../../src/diffusion/sample/ddim.ts#L12', 'docs/theory/ddim.md') // '../../src/diffusion/sample/ddim.ts.html#L12'
 */
export function sourcePage(link: string, page: string): string | undefined {
  if (/^([a-z]+:|\/|#)/.test(link)) return undefined
  const [path, anchor] = link.split('#') as [string, string?]
  const target = normalize(join(dirname(page), path)).replace(/\/$/, '')
  if (!isBelowSources(target) || target.endsWith('.md')) return undefined
  const shown = isSource(target) ? `${path}.html` : `${path.replace(/\/$/, '')}/index.html`
  return anchor === undefined ? shown : `${shown}#${anchor}`
}
