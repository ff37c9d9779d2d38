-- Login of the owner that GitHub named last when it wasn't the organization; null while the repository is the organization's.
ALTER TABLE repositories
  ADD COLUMN transferred_to text,
  -- Number of the delivery that told of the last transfer: earlier ones don't undo it
  ADD COLUMN owner_sequence bigint NOT NULL DEFAULT 0;
