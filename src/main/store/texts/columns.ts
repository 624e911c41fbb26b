/** Which of a pair's own texts: those beside its picture, or those around it. */
export type Reach = 'near' | 'far'

/** The texts whose words the index holds, `page`: the title of the page. */
export type WordColumn = 'alt' | 'caption' | 'title' | 'before' | 'after' | 'page'
