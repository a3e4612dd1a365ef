"""What all sources share: the base spider, Scrapy's settings, the files of a crawl and the subprocess it runs in."""
