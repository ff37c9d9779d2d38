/** The page a request asks for, and the paging block of its answer. */
export interface Page {
  /** 1-based. */
  readonly number: number;
  /** Rows a page, 1 to 100. */
  readonly size: number;
  /** Rows before this page. */
  readonly offset: number;
  /** @returns the paging block of the answer, with absolute links, for a list of `total` rows in all */
  block(total: number): PagingBlock;
}

export interface PagingBlock {
  prev_page?: string;
  next_page?: string;
  page: number;
  total_pages: number;
}
