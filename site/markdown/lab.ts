/** Below the title of a page of the theory: its chapter of the Lab, where the page's figures are live. */
import { readFileSync } from 'node:fs'
import type { MarkdownRenderer } from 'vitepress'
import { chaptersFile } from '../pages/lab.ts'

/** What VitePress says of the page that is parsed. */
interface PageEnvironment {
  /** From the root of the site. */
  readonly relativePath: string
}

export function labPlugin(md: MarkdownRenderer): void {
  const chapters = new Set(JSON.parse(readFileSync(chaptersFile, 'utf8')) as string[])
  md.core.ruler.push('lab', ({ tokens, env, Token }) => {
    const [, name] = /^docs\/theory\/([\w-]+)\.md$/.exec((env as PageEnvironment).relativePath) ?? []
    const at = tokens.findIndex(({ type }) => type === 'heading_close')
    if (name === undefined || !chapters.has(name) || at < 0) return
    const token = new Token('html_block', '', 0)
    token.content = `<LabChapter name="${name}" />\n`
    tokens.splice(at + 1, 0, token)
  })
}
