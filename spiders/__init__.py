"""Review sources, one file each: what a site sends becomes `core.records.Review`, live by Scrapy or from a file."""
