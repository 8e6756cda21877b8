/** Examples that run in place: a button below the block, or a word on what the block needs. */
import { readFileSync } from 'node:fs'
import type { MarkdownRenderer } from 'vitepress'
import { idOf } from '../examples/find.ts'
import { type Notes, notesFile } from '../examples/notes.ts'

/** Adds buttons to a Markdown parser. */
export function examplesPlugin(md: MarkdownRenderer): void {
  const notes = JSON.parse(readFileSync(notesFile, 'utf8')) as Notes
  const fence = md.renderer.rules.fence!
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const { content } = tokens[index]!
    const block = fence(tokens, index, options, env, self)
    const note = notes[idOf(content)]
    if (note === undefined) return block
    const names = note.names.join(' ')
    if (note.runs) {
      const given = md.utils.escapeHtml(note.given ?? '')
      return `${block}<RunExample id="${idOf(content)}" names="${names}" given="${given}" />\n`
    }
    const list = note.names.map((name) => `<code v-pre>${md.utils.escapeHtml(name)}</code>`).join(', ')
    return `${block}<p class="needs-node">Runs in Node${list === '' ? '' : `: a page has no ${list}`}.</p>\n`
  }
}
