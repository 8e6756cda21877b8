/** A block `ts file=PATH` quotes PATH: below it stands a link to the line where the quotation begins. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'
import { root, stage } from '../paths.ts'
import { lineOf } from './quoted-line.ts'

/** What VitePress says of the page that is rendered. */
interface PageEnvironment {
  readonly path?: string
}

/** Adds the links to a Markdown parser. */
export function quotesPlugin(md: MarkdownRenderer): void {
  const fence = md.renderer.rules.fence!
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index]!
    const block = fence(tokens, index, options, env, self)
    const file = /\bfile=(\S+)/.exec(token.info)?.[1]
    const { path } = env as PageEnvironment
    if (file === undefined || path === undefined) return block
    const line = lineOf(token.content, readFileSync(root + file, 'utf8'))
    const link = `${relative(`${path}/..`, stage + file)}.html#L${line}`
    return `${block}<p class="quoted"><a href="${link}" target="_self">${file}, line ${line}</a></p>\n`
  }
}
