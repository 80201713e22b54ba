/* The page of an import: its numbers while it is checked or written. */
this.ckan.module('hanoi-import-progress', function ($) {
  return {
    options: { import: '' },
    initialize: function () {
      this.timer = window.setInterval($.proxy(this.look, this), 2000);
    },
    teardown: function () { window.clearInterval(this.timer); },
    look: function () {
      var self = this;
      $.getJSON(this.sandbox.client.url('/api/3/action/hanoi_import_show'), { id: this.options.import, limit: 0 })
        .done(function (answer) {
          var made = answer.result;
          var counts = made.counts;
          Object.keys(counts).forEach(function (name) {
            self.el.find('[data-count="' + name + '"]').text(counts[name])
              .parent().toggleClass('hanoi-zero', !counts[name]);
          });
          var checking = made.status === 'checking';
          self.el.find('progress').attr({
            max: (checking ? counts.rows : counts.create + counts.update) || 1,
            value: checking ? counts.rows - counts.waiting : counts.done
          });
          if (['checking', 'queued', 'running'].indexOf(made.status) < 0) {
            window.clearInterval(self.timer);
            window.location.reload();
          }
        });
    }
  };
});
